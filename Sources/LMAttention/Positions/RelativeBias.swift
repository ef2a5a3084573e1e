import Glibc
import LMTensor

/// A bias of the scores that depends on the head and on the distance between query and key.
public struct RelativeBias: Sendable {
  /// Slope of each head.
  private let slopes: [Float]

  /// Which slopes ALiBi takes where the number of heads is no power of two.
  public enum Order: String, Sendable {
    /// Those of the power below, then every second of the power above (Bloom).
    case extended
    /// Every second of the power above, then the others of it (MPT).
    case interleaved
  }

  /// ALiBi (arXiv 2108.12409): −slope · distance. For H heads, a power of two, the slopes are the geometric
  /// sequence that starts at 2^(−8/H).
  public static func alibi(heads: Int, order: Order = .extended) -> RelativeBias {
    func sequence(_ count: Int) -> [Float] {
      (1...count).map { Float(pow(2, -8 * Double($0) / Double(count))) }
    }
    let power = 1 << (Int.bitWidth - 1 - heads.leadingZeroBitCount)
    if power != heads, order == .interleaved {
      let all = sequence(2 * power)
      let odd = all.indices.filter { $0 % 2 == 1 }, even = all.indices.filter { $0 % 2 == 0 }
      return RelativeBias(slopes: (odd + even).prefix(heads).map { all[$0] })
    }
    let between =
      power == heads ? [] : stride(from: 0, to: 2 * (heads - power), by: 2).map { sequence(2 * power)[$0] }
    return RelativeBias(slopes: sequence(power) + between)
  }

  /// Slope of each head, in order.
  public var headSlopes: [Float] { slopes }

  /// Values by distance for `queries` queries after `offset` cached positions on `keys` keys:
  /// `[H, offset + queries + keys]`, indexed by query − key + keys − 1.
  func table(queries: Int, keys: Int, offset: Int) -> Tensor {
    let length = offset + queries + keys
    let table = Tensor([slopes.count, length])
    for (head, slope) in slopes.enumerated() {
      for index in 0..<length {
        table.floats[head * length + index] = -slope * Float(abs(index - (keys - 1)))
      }
    }
    return table
  }
}
