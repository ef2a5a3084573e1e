import LMData
import LMEvaluation
import LMRuntime
import LanguageModels

extension Evaluate {
  /// Perplexity, bits per byte, and perhaps the reference for another model.
  func perplexity() throws -> JSONObject {
    guard !data.isEmpty else {
      throw LMError(.usage, at: "--data", "is missing", remedy: "give files or folders of text")
    }
    let language = try language()
    let kind = windows.windows ?? .strided
    let settings = try language.windows(kind, length: windows.maxLength, stride: windows.stride)
    let text = try language.evaluationText(try TextSource.read(data))
    let scorer = try language.scorer()
    let progress = common.progress("evaluate", total: text.ids.count)
    func show(_ done: Int, _ total: Int, _ nats: Double) {
      progress.update(step: done, "nats/token \(NumberText.fixed(nats, decimals: 4))")
    }
    let result =
      if let path = windows.saveReference {
        try ReferenceScoresFile.write(text, settings, scorer, to: path, onProgress: show)
      } else {
        try Perplexity(text, settings, scorer, onProgress: show)
      }
    progress.finish()
    try language.folder.checkUnchanged()
    var object = JSONObject()
    object["perplexity"] = .number(result.perplexity)
    object["perplexity_stderr"] = .number(result.perplexityError)
    object["nats_per_token"] = .number(result.natsPerToken)
    object["nats_per_token_stderr"] = .number(result.natsPerTokenError)
    object["bits_per_token"] = .number(result.bitsPerToken)
    object["bits_per_byte"] = result.bitsPerByte.map { .number($0) } ?? .null
    object["tokens"] = .integer(result.tokens)
    object["text_tokens"] = .integer(result.textTokens)
    object["bytes"] = .integer(result.byteCount)
    object["windows"] = .string(kind.rawValue)
    object["max_length"] = .integer(settings.length)
    if kind == .strided { object["stride"] = .integer(settings.stride) }
    if let path = windows.saveReference { object["reference"] = .string(path) }
    return object
  }

  /// How far the model is from the one that wrote the reference.
  func divergence() throws -> JSONObject {
    guard let reference else {
      throw LMError(
        .usage, at: "--reference", "is missing",
        remedy: "write one with the other model: lm evaluate --data … --save-reference FILE")
    }
    let file = try ReferenceScoresFile(reference)
    let language = try language()
    let scorer = try language.scorer()
    let progress = common.progress("evaluate", total: file.text.ids.count)
    let result = try Divergence(from: file, scorer) { done, _, mean in
      progress.update(step: done, "divergence \(NumberText.fixed(mean, decimals: 5))")
    }
    progress.finish()
    try language.folder.checkUnchanged()
    var object = JSONObject()
    func set(_ key: String, _ value: Double, _ error: Double) {
      object[key] = .number(value)
      object["\(key)_stderr"] = .number(error)
    }
    set("perplexity", result.perplexity.perplexity, result.perplexity.perplexityError)
    set(
      "reference_perplexity", result.referencePerplexity.perplexity,
      result.referencePerplexity.perplexityError)
    set("perplexity_ratio", result.perplexityRatio, result.perplexityRatioError)
    set("log_perplexity_ratio", result.logRatio.value, result.logRatio.standardError)
    set("kl_divergence", result.divergence.value, result.divergence.standardError)
    for (name, share) in Self.shares { object["kl_divergence_\(name)"] = .number(result.divergences[share]) }
    set("probability_change", result.probabilityChange.value, result.probabilityChange.standardError)
    for (name, share) in Self.shares {
      object["probability_change_\(name)"] = .number(result.probabilityChanges[share])
    }
    set("rms_probability_change", result.rootMeanSquareChange, result.rootMeanSquareChangeError)
    set("same_top", result.sameTop.value, result.sameTop.standardError)
    object["tokens"] = .integer(result.divergence.count)
    return object
  }

  private static let shares: [(String, Double)] = [
    ("max", 1), ("99.9%", 0.999), ("99%", 0.99), ("95%", 0.95), ("90%", 0.9), ("median", 0.5), ("10%", 0.1),
    ("5%", 0.05), ("1%", 0.01), ("0.1%", 0.001), ("min", 0),
  ]

  /// Questions with given answers.
  func accuracy() throws -> JSONObject {
    let questions = try ChoiceQuestion.read(try file())
    let language = try language()
    let scorer = try language.choiceScorer()
    let progress = common.progress("evaluate", total: questions.count)
    let result = try ChoiceAccuracy(questions, scorer) { done, accuracy in
      progress.update(step: done, "acc \(NumberText.fixed(accuracy, decimals: 4))")
    }
    progress.finish()
    try language.folder.checkUnchanged()
    var object = JSONObject()
    object["acc"] = .number(result.plain.value)
    object["acc_stderr"] = .number(result.plain.standardError)
    object["acc_norm"] = .number(result.normalized.value)
    object["acc_norm_stderr"] = .number(result.normalized.standardError)
    object["questions"] = .integer(questions.count)
    return object
  }
}
