import LMTensor

/// What a cache holds of one layer as it is stored, in the order of heads and positions.
public struct StoredKeysAndValues {
  /// How numbers are stored.
  public let type: CacheType
  /// The positions that are held.
  public let positions: Range<Int>
  /// Keys, then values: `[G, positions, d]` each.
  public let rows: [Storage]
  /// Scales of the keys, then of the values: float32 `[G, positions]` each; none but for int8.
  public let scales: [Storage]

  /// Memory for the positions of a layer, not yet filled.
  public init(_ shape: AttentionShape, _ type: CacheType, positions: Range<Int>) {
    self.type = type
    self.positions = positions
    let count = shape.keyValueHeads * positions.count
    rows = (0..<2).map { _ in Storage(byteCount: count * shape.headWidth * type.elementBytes) }
    scales = type == .int8 ? (0..<2).map { _ in Storage(byteCount: count * 4) } : []
  }
}

extension KeyValueCache {
  /// A copy of everything that is held.
  public func stored() -> StoredKeysAndValues {
    let copy = StoredKeysAndValues(shape, type, positions: held)
    forEachRun { run in
      copy.rows[run.part].pointer.advanced(by: run.rowOffset).copyMemory(
        from: run.rows, byteCount: run.rowBytes)
      guard type == .int8 else { return }
      copy.scales[run.part].pointer.advanced(by: run.scaleOffset).copyMemory(
        from: run.scales, byteCount: run.count * 4)
    }
    return copy
  }

  /// Replaces what is held, as if the positions before had been seen and given back.
  /// - Precondition: `stored` is of this cache's type and shape.
  public func restore(_ stored: StoredKeysAndValues) {
    precondition(stored.type == type, "KeyValueCache: \(stored.type) for a cache of \(type)")
    restart(at: stored.positions.lowerBound)
    extend(by: stored.positions.count)
    forEachRun { run in
      run.rows.copyMemory(
        from: stored.rows[run.part].pointer + run.rowOffset, byteCount: run.rowBytes)
      guard type == .int8 else { return }
      run.scales.copyMemory(
        from: stored.scales[run.part].pointer + run.scaleOffset, byteCount: run.count * 4)
    }
  }

  /// Rows of one part, head and page, which lie side by side, and where they are in `[G, positions, d]`.
  private struct Run {
    let part: Int
    let rows: UnsafeMutableRawPointer
    let scales: UnsafeMutableRawPointer
    let count: Int
    let rowOffset: Int
    let rowBytes: Int
    let scaleOffset: Int
  }

  private func forEachRun(_ body: (Run) -> Void) {
    let rowBytes = shape.headWidth * type.elementBytes
    for (page, positions) in heldPages() {
      let inside = positions.lowerBound % CachePage.positions
      for part in 0..<2 {
        for head in 0..<shape.keyValueHeads {
          let place = head * held.count + positions.lowerBound - held.lowerBound
          body(
            Run(
              part: part, rows: page.rows(part, head) + inside * rowBytes,
              scales: page.scales(part, head) + inside * 4, count: positions.count,
              rowOffset: place * rowBytes, rowBytes: positions.count * rowBytes, scaleOffset: place * 4))
        }
      }
    }
  }
}
