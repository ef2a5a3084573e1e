import CLMKernels
import LMAutograd
import LMTensor

/// Keys and values of the tokens of one sequence in one layer.
///
/// They lie in pages, of which there are as many as the tokens need: a cache grows without moving anything,
/// two caches share the pages of what they have in common (``fork()``), and a layer with a sliding window
/// gives back the pages that no query can see any more, so that its memory is bounded by the window and the
/// tokens of one pass.
public final class KeyValueCache {
  /// Sizes of the layer.
  public let shape: AttentionShape
  /// How keys and values are stored.
  public let type: CacheType
  /// Keys that a query sees, itself included; nil where it sees all before it.
  public let window: Int?
  /// Positions that were appended, those that are no longer held included.
  public private(set) var count = 0

  private var pages: [CachePage] = []
  /// First position that is held.
  private var start = 0
  /// Number of the page that it is in.
  private var firstPage = 0
  /// Addresses of the pages, for the kernels.
  private var addresses = Storage(byteCount: 8 * 64)

  /// An empty cache.
  public init(_ shape: AttentionShape, type: CacheType, window: Int? = nil) {
    precondition(window ?? 1 > 0, "KeyValueCache: a window of \(window ?? 1)")
    self.shape = shape
    self.type = type
    self.window = window
  }

  /// Positions whose keys and values are there: all of them, or the last ones of a layer with a window.
  public var held: Range<Int> { start..<count }

  /// Bytes of the pages, shared ones included.
  public var byteCount: Int { pages.count * CachePage.byteCount(shape, type) }

  /// A cache with the same tokens. Pages are shared until one of the two appends to them.
  public func fork() -> KeyValueCache {
    let copy = KeyValueCache(shape, type: type, window: window)
    (copy.pages, copy.start, copy.firstPage, copy.count) = (pages, start, firstPage, count)
    copy.listAddresses(from: 0)
    return copy
  }

  /// Whether ``truncate(to:)`` would leave everything that the next query sees.
  public func canTruncate(to count: Int) -> Bool {
    guard (0...self.count).contains(count) else { return false }
    return held.lowerBound <= max(0, window.map { count - $0 + 1 } ?? 0)
  }

  /// Forgets the positions from `count` on.
  /// - Precondition: ``canTruncate(to:)``.
  public func truncate(to count: Int) {
    precondition(canTruncate(to: count), "KeyValueCache: truncate \(self.count) to \(count)")
    cut(to: count)
  }

  private func cut(to count: Int) {
    self.count = count
    pages.removeLast(pages.count - (pagesNeeded(count) - firstPage))
  }

  private func pagesNeeded(_ positions: Int) -> Int {
    (positions + CachePage.positions - 1) / CachePage.positions
  }

  /// Copies keys and values of `tokens` rows of `[H·d | G·d | G·d]`, from `firstRow` on, behind the others.
  package func append(_ rows: Tensor, firstRow: Int, tokens: Int) {
    let size = rows.dtype.byteCount
    let start = rows.pointer + (firstRow * rows.columnCount + shape.queryWidth) * size
    append(
      keys: start, values: start + shape.keyWidth * size, type: rows.dtype, stride: rows.columnCount, tokens)
  }

  /// Copies keys and values `[tokens, G·d]`, rows `stride` apart, behind the others.
  func append(
    keys: UnsafeRawPointer, values: UnsafeRawPointer, type: DType, stride: Int, _ tokens: Int
  ) {
    reserve(tokens)
    let width = shape.headWidth
    parallel(shape.keyValueHeads, grain: max(1, elementGrain / max(1, tokens * width))) { heads in
      for head in heads {
        var pages = kernelPages(head: head)
        let offset = head * width * type.byteCount
        Kernels.table.pointee.write_pages(
          &pages, type.kernelType, width, count, tokens, keys + offset, values + offset, stride)
      }
    }
    count += tokens
  }

  /// Makes `tokens` positions more, whose keys and values are to be filled in.
  func extend(by tokens: Int) {
    reserve(tokens)
    count += tokens
  }

  /// The pages with the positions that are held in each.
  func heldPages() -> [(page: CachePage, positions: Range<Int>)] {
    pages.enumerated().map { index, page in
      let first = (firstPage + index) * CachePage.positions
      return (page, max(start, first)..<max(start, min(count, first + CachePage.positions)))
    }
  }

  /// Keys and values at `positions`, which are held: two tensors `[positions, G·d]`.
  package func read(_ positions: Range<Int>) -> (keys: Tensor, values: Tensor) {
    let keys = Tensor([positions.count, shape.keyWidth])
    let values = Tensor([positions.count, shape.keyWidth])
    for head in 0..<shape.keyValueHeads {
      guard let key = keys.floats.baseAddress, let value = values.floats.baseAddress else { break }
      var pages = kernelPages(head: head)
      Kernels.table.pointee.read_pages(
        &pages, shape.headWidth, positions.lowerBound, positions.count, key + head * shape.headWidth,
        value + head * shape.headWidth, shape.keyWidth)
    }
    return (keys, values)
  }

  /// The pages as the kernels see them; valid until the cache changes.
  func kernelPages(head: Int) -> lm_pages {
    lm_pages(
      page: UnsafePointer(addresses.pointer.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)),
      first: firstPage, heads: shape.keyValueHeads, head: head, type: type.kernelType)
  }

  /// Makes room for `tokens` more: drops what none of them sees, and owns the page that they begin in.
  private func reserve(_ tokens: Int) {
    if let window { dropPages(before: count - window + 1) }
    let used = count % CachePage.positions
    let kept = pages.count
    if used > 0, let last = pages.indices.last, !isKnownUniquelyReferenced(&pages[last]) {
      pages[last] = CachePage(copying: pages[last], count: used)
    }
    while firstPage + pages.count < pagesNeeded(count + tokens) { pages.append(CachePage(shape, type)) }
    listAddresses(from: max(0, kept - 1))
  }

  private func dropPages(before position: Int) {
    let number = min(pages.count, max(0, position / CachePage.positions - firstPage))
    guard number > 0 else { return }
    pages.removeFirst(number)
    firstPage += number
    start = firstPage * CachePage.positions
    listAddresses(from: 0)
  }

  private func listAddresses(from start: Int) {
    if addresses.byteCount < 8 * pages.count {
      addresses = Storage(byteCount: 16 * pages.count)
      return listAddresses(from: 0)
    }
    let list = addresses.pointer.assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    for index in start..<max(start, pages.count) { list[index] = pages[index].pointer }
  }

  /// Starts over at `position`, as if everything before had been seen and given back.
  func restart(at position: Int) {
    pages = []
    (start, count, firstPage) = (position, position, position / CachePage.positions)
    if count % CachePage.positions > 0 { pages.append(CachePage(shape, type)) }
    listAddresses(from: 0)
  }

  /// Forgets the positions of `range` and moves what follows into their place, keys turned back by as many
  /// positions where `rotary` turned them.
  ///
  /// Stored numbers are rounded once more where they are turned. A layer with a window keeps what it held.
  /// - Complexity: O(positions behind the range).
  func remove(_ range: Range<Int>, rotary: RotaryPositions?) {
    precondition(range.upperBound <= count, "KeyValueCache: remove \(range) of \(count)")
    let tail = max(range.upperBound, start)..<count
    let (keys, values) = read(tail)
    rotary?.turnBack(keys, by: range.count)
    if start < range.lowerBound {
      cut(to: range.lowerBound)
    } else {
      restart(at: tail.lowerBound - range.count)
    }
    append(
      keys: keys.pointer, values: values.pointer, type: .float32, stride: shape.keyWidth, tail.count)
    withExtendedLifetime((keys, values)) {}
  }
}
