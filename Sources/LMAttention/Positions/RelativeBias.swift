import Glibc
import LMTensor
import Synchronization

/// A bias of the scores that depends on the head and on the distance between query and key.
public final class RelativeBias: Sendable {
  /// Slope of each head.
  private let slopes: [Float]
  private let table = Mutex(Tensor([0]))

  private init(slopes: [Float]) { self.slopes = slopes }

  /// ALiBi (arXiv 2108.12409): −slope · distance. For H heads, a power of two, the slopes are the geometric
  /// sequence that starts at 2^(−m/H), m being `maximum`. Otherwise those of the power below, then every second
  /// of the power above: Bloom's code and MPT's, which takes them all from the power above, give the same.
  public static func alibi(heads: Int, maximum: Float = 8) -> RelativeBias {
    func sequence(_ count: Int) -> [Float] {
      (1...count).map { Float(pow(2, -Double(maximum) * Double($0) / Double(count))) }
    }
    let power = 1 << (Int.bitWidth - 1 - heads.leadingZeroBitCount)
    let between =
      power == heads ? [] : stride(from: 0, to: 2 * (heads - power), by: 2).map { sequence(2 * power)[$0] }
    return RelativeBias(slopes: sequence(power) + between)
  }

  /// Slope of each head, in order.
  public var headSlopes: [Float] { slopes }

  /// Values by distance: `[H, 2n]`, at n − 1 + query − key, for at least `positions` positions n.
  ///
  /// Kept, and grown to the next power of two, so that a token of a generation finds it.
  func table(positions: Int) -> Tensor {
    table.withLock { table in
      if table.columnCount >= 2 * positions { return table }
      var count = 64
      while count < positions { count *= 2 }
      let grown = Tensor([slopes.count, 2 * count])
      for (head, slope) in slopes.enumerated() {
        for index in 0..<2 * count {
          grown.floats[head * 2 * count + index] = -slope * Float(abs(index - (count - 1)))
        }
      }
      table = grown
      return grown
    }
  }
}
