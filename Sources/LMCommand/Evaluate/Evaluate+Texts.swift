import LMEvaluation
import LMRuntime
import LanguageModels

extension Evaluate {
  /// A text and what it should be.
  struct Segment {
    let hypothesis: String
    let references: [String]
  }

  /// Texts from files, or what the model writes.
  func segments() throws -> [Segment] {
    guard let path = comparison.hypotheses else { return try completions() }
    guard !comparison.references.isEmpty else {
      throw LMError(.usage, at: "--references", "is missing", remedy: "give a file for each version")
    }
    let hypotheses = try Segments.read(path)
    let versions = try comparison.references.map { path in
      let texts = try Segments.read(path)
      try Segments.checkCounts(hypotheses, texts, at: path)
      return texts
    }
    return hypotheses.indices.map { index in
      Segment(hypothesis: hypotheses[index], references: versions.map { $0[index] })
    }
  }

  private func completions() throws -> [Segment] {
    let limit = comparison.maxTokens ?? 128
    guard limit > 0 else {
      throw LMError(.usage, at: "--max-tokens", "is \(limit)", remedy: "use a number from 1")
    }
    let examples = try CompletionExample.read(try file())
    let language = try language()
    let progress = common.progress("complete", total: examples.count)
    let segments = try examples.enumerated().map { index, example in
      let text = try language.completion(of: example, maximumTokens: limit, stopTexts: comparison.stop)
      progress.update(step: index + 1)
      return Segment(hypothesis: text, references: example.completions)
    }
    progress.finish()
    return segments
  }

  func bleu(_ segments: [Segment]) -> JSONObject {
    var settings = Bleu.Settings()
    settings.tokenizer = comparison.tokenize ?? settings.tokenizer
    settings.ignoresCase = comparison.ignoreCase
    var bleu = Bleu(settings)
    for segment in segments { bleu.add(segment.hypothesis, references: segment.references) }
    var object = JSONObject()
    object["bleu"] = .number(bleu.score)
    for (order, precision) in bleu.precisions.enumerated() {
      object["precision_\(order + 1)"] = .number(precision)
    }
    object["brevity_penalty"] = .number(bleu.brevityPenalty)
    object["hypothesis_length"] = .integer(bleu.hypothesisLength)
    object["reference_length"] = .integer(bleu.referenceLength)
    object["segments"] = .integer(segments.count)
    object["tokenize"] = .string(settings.tokenizer.rawValue)
    object["ignore_case"] = .bool(settings.ignoresCase)
    return object
  }

  /// Means over all texts.
  func rouge(_ segments: [Segment]) throws -> JSONObject {
    let rouge = Rouge(usesStemmer: comparison.stemmer)
    var object = JSONObject()
    for kind in Rouge.Kind.allCases {
      var (precision, recall, fMeasure) = (SampleMean(), SampleMean(), SampleMean())
      for segment in segments {
        let score = try rouge.score(segment.hypothesis, references: segment.references, kind)
        precision.add(score.precision)
        recall.add(score.recall)
        fMeasure.add(score.fMeasure)
      }
      object[kind.rawValue] = .number(fMeasure.value)
      object["\(kind.rawValue)_precision"] = .number(precision.value)
      object["\(kind.rawValue)_recall"] = .number(recall.value)
    }
    object["segments"] = .integer(segments.count)
    object["stemmer"] = .bool(comparison.stemmer)
    return object
  }
}
