/// Merges the bytes of one pre-token. Keeps its scratch memory from call to call.
///
/// Up to ``ShortMergeList/capacity`` bytes the smallest rank is found by a scan, which is O(n²) but has no
/// overhead; longer pieces go through a heap, O(n log n) whatever the text.
package struct PieceMerger: ~Copyable {
  private let model: BPEModel
  private var symbols: [Int32] = []
  private let short = ShortMergeList()

  package init(_ model: BPEModel) { self.model = model }

  /// Appends the ids of the pre-token `piece` to `output`.
  package mutating func encode(_ piece: UnsafeBufferPointer<UInt8>, into output: inout TokenBuffer) {
    if let id = model.wholePieceID(piece) { return output.append(id) }
    merge(piece, into: &output)
  }

  /// Appends what merging gives for `piece`, be it a token as a whole or not.
  mutating func merge(_ piece: UnsafeBufferPointer<UInt8>, into output: inout TokenBuffer) {
    if piece.isEmpty { return }
    if piece.count <= ShortMergeList.capacity, model.hasAllBytes {
      return short.merge(piece, model.pairs, into: &output)
    }
    readSymbols(piece)
    if !model.merges.isEmpty { HeapMerger.merge(&symbols, model.pairs) }
    symbols.withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { output.append(base, buffer.count) }
    }
  }

  /// The tokens of single bytes. A byte without token becomes the unknown token or nothing.
  private mutating func readSymbols(_ piece: UnsafeBufferPointer<UInt8>) {
    symbols.removeAll(keepingCapacity: true)
    var previousWasUnknown = false
    for byte in piece {
      let id = model.byteTokens[Int(byte)]
      if id >= 0 {
        symbols.append(id)
      } else if let unknown = model.unknownID, !(model.fusesUnknown && previousWasUnknown) {
        symbols.append(unknown)
      }
      previousWasUnknown = id < 0
    }
  }
}
