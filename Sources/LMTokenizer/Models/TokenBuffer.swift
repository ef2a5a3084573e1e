/// Ids that are being produced: a growing block without the checks of an array.
///
/// May start in memory that somebody else owns, and moves to its own when that is full.
package struct TokenBuffer: ~Copyable {
  /// False while the ids are in memory that was lent.
  private(set) var ownsMemory: Bool
  private(set) var base: UnsafeMutablePointer<Int32>
  private var capacity: Int
  /// Number of ids.
  var count = 0

  package init(reserving capacity: Int) {
    ownsMemory = true
    self.capacity = max(64, capacity)
    base = .allocate(capacity: self.capacity)
  }

  /// An empty buffer in `memory`, which must outlive it.
  init(lent memory: UnsafeMutableBufferPointer<Int32>) {
    ownsMemory = memory.baseAddress == nil
    capacity = memory.count
    base = memory.baseAddress ?? .allocate(capacity: 0)
  }

  deinit { if ownsMemory { base.deallocate() } }

  /// The array of the ids that `body` produces, written in place where `estimate` ids are enough.
  static func array<Failure: Error>(
    estimate: Int, _ body: (inout TokenBuffer) throws(Failure) -> Void
  ) throws(Failure) -> [Int32] {
    var moved: [Int32]?
    var failure: Failure?
    let ids = [Int32](unsafeUninitializedCapacity: max(64, estimate)) { memory, count in
      var buffer = TokenBuffer(lent: memory)
      do throws(Failure) {
        try body(&buffer)
        if buffer.ownsMemory { moved = Array(buffer.ids) } else { count = buffer.count }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return moved ?? ids
  }

  /// The ids.
  package var ids: UnsafeBufferPointer<Int32> { UnsafeBufferPointer(start: base, count: count) }

  /// Makes room for `extra` more ids.
  @inline(__always) mutating func reserve(_ extra: Int) {
    if count &+ extra > capacity { grow(extra) }
  }

  @inline(never) private mutating func grow(_ extra: Int) {
    capacity = max(capacity * 2, count + extra)
    let larger = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
    larger.update(from: base, count: count)
    if ownsMemory { base.deallocate() }
    ownsMemory = true
    base = larger
  }

  /// Appends one id.
  @inline(__always) mutating func append(_ id: Int32) {
    reserve(1)
    base[count] = id
    count &+= 1
  }

  /// Appends the ids of an array.
  mutating func append(contentsOf ids: [Int32]) {
    ids.withUnsafeBufferPointer { buffer in
      if let start = buffer.baseAddress { append(start, buffer.count) }
    }
  }

  /// Writes three ids, for which there must be room, and keeps the first `length` of them.
  @inline(__always) mutating func appendThree(_ ids: (Int32, Int32, Int32), _ length: Int) {
    base[count] = ids.0
    base[count &+ 1] = ids.1
    base[count &+ 2] = ids.2
    count &+= length
  }

  /// Appends `length` ids.
  @inline(__always) mutating func append(_ ids: UnsafePointer<Int32>, _ length: Int) {
    reserve(length)
    (base + count).update(from: ids, count: length)
    count &+= length
  }
}
