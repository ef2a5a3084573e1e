import LMAttention
import LMTensor
import LMTransformer

/// Runs a model over sequences of unequal lengths: prompts in pieces, then a token of each at a time.
struct DecodingEngine {
  let model: Transformer
  /// Type of activations.
  let precision: DType
  let cacheType: CacheType
  /// Rows of one pass: bounds the memory of activations whatever the length of a prompt. A prompt whose tokens see
  /// all of it is read in one pass.
  var rowsPerPass = 512

  /// A sequence that has read nothing.
  func makeSequence() -> CachedSequence { CachedSequence([], model.makeCache(cacheType)) }

  /// Lets every sequence read its tokens, at least one each.
  /// - Returns: Scores `[V]` after the last token of each.
  /// - Complexity: One pass over the weights per ``rowsPerPass`` tokens, of all sequences together.
  func read(_ sequences: [CachedSequence], _ tokens: [[Int32]]) -> [Tensor] {
    guard sequences.count > 1, model.frequenciesDependOnLength else { return readTogether(sequences, tokens) }
    return zip(sequences, tokens).flatMap { readTogether([$0], [$1]) }
  }

  private func readTogether(_ sequences: [CachedSequence], _ tokens: [[Int32]]) -> [Tensor] {
    var done = [Int](repeating: 0, count: tokens.count)
    var scores = [Tensor?](repeating: nil, count: tokens.count)
    while done != tokens.map(\.count) {
      var room = model.configuration.seesWholePrompt ? Int.max : rowsPerPass
      var parts: [(sequence: Int, range: Range<Int>)] = []
      for index in tokens.indices where room > 0 && done[index] < tokens[index].count {
        let count = min(room, tokens[index].count - done[index])
        parts.append((index, done[index]..<done[index] + count))
        done[index] += count
        room -= count
      }
      let complete = parts.indices.filter { done[parts[$0].sequence] == tokens[parts[$0].sequence].count }
      let rows = pass(parts.map { (sequences[$0.sequence], tokens[$0.sequence][$0.range]) }, complete)
      for (row, part) in complete.enumerated() {
        scores[parts[part].sequence] = rows.rows(row..<row + 1)
      }
    }
    return scores.compactMap { $0 }
  }

  /// One pass; scores `[n, V]` of the parts `chosen`.
  private func pass(_ parts: [(CachedSequence, ArraySlice<Int32>)], _ chosen: [Int]) -> Tensor {
    let context = ForwardContext(parts.map(\.0.cache), tokens: parts.map(\.1.count), precision: precision)
    let scores = model.lastLogits(parts.flatMap(\.1), context, of: chosen)
    for (sequence, ids) in parts { sequence.append(ids) }
    return scores
  }

  /// Makes room for another token where the context is full, as ``ContextOverflow/shift(keep:)`` says.
  func shift(_ sequence: CachedSequence, keep: Int) {
    guard sequence.ids.count >= model.configuration.contextLength else { return }
    let range = ContextOverflow.discarded(of: sequence.ids.count, keep: keep)
    if model.canMoveTokens {
      model.removeTokens(range, from: sequence.cache)
      sequence.remove(range)
    } else {
      var rest = sequence.ids
      rest.removeSubrange(range)
      let kept = sequence.truncate(to: range.lowerBound)
      if rest.count > kept { _ = read([sequence], [Array(rest[kept...])]) }
    }
  }
}
