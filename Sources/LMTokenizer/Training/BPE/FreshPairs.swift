/// What one merge changes: how often each token stands before and behind the new one, and where.
///
/// Neighbours are counted in arrays by their ids, so the loop over all places of a pair looks nothing up.
struct FreshPairs: ~Copyable {
  /// What is known of a neighbour in this merge.
  private struct Neighbour {
    var count: Int64 = 0
    /// The merge that met the neighbour last.
    var step: Int32 = 0
    /// The number of its pair in this merge.
    var number: Int32 = 0
  }

  private var before: [Neighbour] = []
  private var behind: [Neighbour] = []
  private var step: Int32 = 0
  private(set) var tokensBefore: [Int32] = []
  private(set) var tokensBehind: [Int32] = []

  /// The new pairs by their numbers.
  private(set) var keys: [UInt64] = []
  /// Number of places of each pair.
  private(set) var lengths: [UInt32] = []
  private var notes: [(pair: Int32, place: Int32)] = []
  private var token: Int32 = 0

  /// Makes room for the ids below `count`.
  mutating func reserve(ids count: Int) {
    let missing = count - before.count
    guard missing > 0 else { return }
    before.append(contentsOf: repeatElement(Neighbour(), count: missing))
    behind.append(contentsOf: repeatElement(Neighbour(), count: missing))
  }

  /// Begins a merge that gives `token`; all ids that are in use must have room.
  mutating func begin(_ token: Int32) {
    self.token = token
    step += 1
    reserve(ids: Int(token) + 1)
    tokensBefore.removeAll(keepingCapacity: true)
    tokensBehind.removeAll(keepingCapacity: true)
    keys.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    notes.removeAll(keepingCapacity: true)
  }

  /// Notes that `left` stands at `place`, and the new token behind it.
  @inline(__always) mutating func noteBefore(_ left: Int32, at place: Int32, count: Int64) {
    let index = Int(left)
    if before[index].step != step {
      // The new token may stand on both sides of itself: that is one pair.
      let isKnown = left == token && behind[index].step == step
      let number = isKnown ? behind[index].number : add(PairCounts.key(left, token))
      before[index] = Neighbour(count: 0, step: step, number: number)
      tokensBefore.append(left)
    }
    before[index].count &+= count
    note(before[index].number, place)
  }

  /// Notes that the new token stands at `place`, and `right` behind it.
  @inline(__always) mutating func noteBehind(_ right: Int32, at place: Int32, count: Int64) {
    let index = Int(right)
    if behind[index].step != step {
      let isKnown = right == token && before[index].step == step
      let number = isKnown ? before[index].number : add(PairCounts.key(token, right))
      behind[index] = Neighbour(count: 0, step: step, number: number)
      tokensBehind.append(right)
    }
    behind[index].count &+= count
    note(behind[index].number, place)
  }

  private mutating func add(_ key: UInt64) -> Int32 {
    keys.append(key)
    lengths.append(0)
    return Int32(truncatingIfNeeded: keys.count - 1)
  }

  @inline(__always) private mutating func note(_ number: Int32, _ place: Int32) {
    lengths[Int(number)] &+= 1
    notes.append((number, place))
  }

  /// How often `left` came to stand before the new token in this merge.
  func countBefore(_ left: Int32) -> Int64 { before[Int(left)].count }

  /// How often `right` came to stand behind the new token in this merge.
  func countBehind(_ right: Int32) -> Int64 { behind[Int(right)].count }

  /// Appends the places of each pair, pair after pair.
  func appendPlaces(to lists: inout TokenBuffer) {
    lists.reserve(notes.count)
    var next = lists.count
    let starts = lengths.map { length in
      defer { next += Int(length) }
      return next
    }
    let base = lists.base
    var cursors = starts
    cursors.withUnsafeMutableBufferPointer { cursors in
      for (pair, place) in notes {
        base[cursors[Int(pair)]] = place
        cursors[Int(pair)] &+= 1
      }
    }
    lists.count = next
  }
}
