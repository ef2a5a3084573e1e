import LMAttention
import LMRuntime
import LMTensor
import LMTokenizer
import LMTransformer

/// How likely a model finds each answer to a question.
///
/// The prompt is computed once for all of them, and the answers in one pass, each behind a fork of its cache. Text and answer are encoded together, so that the tokens at the
/// border are those of the whole; the answer's are what stands behind as many tokens as the prompt alone has.
/// Prompt and answer are joined by a space where there is none, which belongs to the answer (as in
/// EleutherAI's lm-evaluation-harness).
public struct ChoiceScorer {
  private let scorer: TokenScorer
  private let tokenizer: Tokenizer

  /// A scorer of a model with its tokenizer.
  public init(_ model: Transformer, _ tokenizer: Tokenizer, precision: DType) {
    scorer = TokenScorer(model, precision: precision)
    self.tokenizer = tokenizer
  }

  /// A question as ids.
  package struct Encoded: Equatable {
    /// What is computed once.
    package let prompt: [Int32]
    /// What is scored.
    package let choices: [[Int32]]
  }

  /// Σ ln p of each answer's tokens.
  /// - Throws: ``LMError`` where an answer does not fit the context, or scores are not finite. A prompt that is
  ///   too long loses its beginning.
  /// - Complexity: a pass over the prompt, and one over all answers.
  public func logProbabilities(_ question: ChoiceQuestion) throws(LMError) -> [Double] {
    let encoded = try encoded(question)
    let cache = scorer.model.makeCache(CacheType(scorer.precision))
    let prompt = hidden([encoded.prompt], [cache])
    let last = prompt.rows(prompt.rowCount - 1..<prompt.rowCount)
    var sums: [Double] = []
    for choice in encoded.choices { sums.append(-(try loss(after: last, of: choice[..<1]))) }
    // The last token of an answer is predicted and not read.
    let open = encoded.choices.indices.filter { encoded.choices[$0].count > 1 }
    let rest = open.map { Array(encoded.choices[$0].dropLast()) }
    guard !open.isEmpty else { return sums }
    let answers = hidden(rest, open.map { _ in cache.fork() })
    var start = 0
    for (index, ids) in zip(open, rest) {
      let rows = answers.rows(start..<start + ids.count)
      sums[index] -= try loss(after: rows, of: encoded.choices[index][1...])
      start += ids.count
    }
    return sums
  }

  /// `[Σ ids, D]` of sequences behind what their caches hold.
  private func hidden(_ ids: [[Int32]], _ caches: [SequenceCache]) -> Tensor {
    let context = ForwardContext(caches, tokens: ids.map(\.count), precision: scorer.precision)
    return scorer.model.hidden(ids.flatMap { $0 }, context).value
  }

  /// −Σ ln p of `targets`, each behind its row of `hidden`.
  private func loss(after hidden: Tensor, of targets: ArraySlice<Int32>) throws(LMError) -> Double {
    var total = 0.0
    try scorer.model.forEachScores(
      after: hidden, rows: 0..<targets.count, precision: scorer.precision
    ) { rows, scores throws(LMError) in
      let part = targets.dropFirst(rows.lowerBound).prefix(rows.count)
      for loss in try TokenScorer.losses(scores, targets: part) { total += Double(loss) }
    }
    return total
  }

  /// The ids of prompt and answers, shortened to the context.
  package func encoded(_ question: ChoiceQuestion) throws(LMError) -> Encoded {
    var context = question.prompt.unicodeScalars[...]
    while context.last?.properties.isWhitespace ?? false { context.removeLast() }
    let removed = String(question.prompt.unicodeScalars[context.endIndex...])
    let shared = try tokenizer.encode(String(context), addSpecialTokens: false)
    var choices: [[Int32]] = []
    for choice in question.choices {
      let hasSpace = choice.unicodeScalars.first?.properties.isWhitespace ?? false
      let separator = !removed.isEmpty ? removed : hasSpace || context.isEmpty ? "" : " "
      let whole = try tokenizer.encode(String(context) + separator + choice, addSpecialTokens: false)
      // A tokenizer may join the end of the prompt with the answer and leave nothing: then the answer alone.
      let own = Array(whole.dropFirst(shared.count))
      choices.append(own.isEmpty ? try tokenizer.encode(separator + choice, addSpecialTokens: false) : own)
    }
    return try fitting(Encoded(prompt: shared, choices: choices), question)
  }

  /// Puts the token before the prompt that begins texts, and takes what is too much from the prompt's beginning.
  private func fitting(_ encoded: Encoded, _ question: ChoiceQuestion) throws(LMError) -> Encoded {
    let place = "the question \(JSON.quoted(question.prompt))"
    let begin = tokenizer.beginOfText ?? (encoded.prompt.isEmpty ? tokenizer.eosID : nil)
    let lead = begin.map { [$0] } ?? []
    guard !encoded.prompt.isEmpty || !lead.isEmpty, !encoded.choices.contains([]) else {
      throw LMError(at: place, "has no tokens, or an answer without", remedy: "give some text for each")
    }
    let longest = encoded.choices.map(\.count).max() ?? 0
    // The last token of an answer is predicted and not read.
    let room = scorer.model.configuration.contextLength - (longest - 1)
    guard room >= lead.count + min(1, encoded.prompt.count) else {
      throw LMError(
        at: place,
        "has an answer of \(longest) tokens, the model's context is \(scorer.model.configuration.contextLength)",
        remedy: "shorten the answers")
    }
    try scorer.check(encoded.prompt + encoded.choices.joined())
    return Encoded(prompt: lead + encoded.prompt.suffix(room - lead.count), choices: encoded.choices)
  }
}
