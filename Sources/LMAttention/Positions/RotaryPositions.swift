import Glibc
import LMAutograd
import LMTensor

/// Rotary positions (RoFormer, arXiv 2104.09864): pairs (i, i + rotary / 2) of a head are rotated by
/// position · base^(−2i / rotary).
public struct RotaryPositions: Sendable {
  /// Columns of a head that are rotated; even.
  public let rotaryWidth: Int
  /// Number of positions in the tables.
  public let positions: Int
  private let cosine: Tensor
  private let sine: Tensor

  /// Tables for `positions` positions; angles are computed in double precision.
  public init(rotaryWidth: Int, base: Double, positions: Int) {
    self.rotaryWidth = rotaryWidth
    self.positions = positions
    let half = rotaryWidth / 2
    cosine = Tensor([positions, half])
    sine = Tensor([positions, half])
    for i in 0..<half {
      let frequency = pow(base, -2 * Double(i) / Double(rotaryWidth))
      for position in 0..<positions {
        cosine.floats[position * half + i] = Float(cos(Double(position) * frequency))
        sine.floats[position * half + i] = Float(sin(Double(position) * frequency))
      }
    }
  }

  /// Rotates the first `heads` heads of width `headWidth` of every row of `rows`, in place; consumes the
  /// variable and returns its successor.
  /// - Parameter places: position of each row, in `0 ..< positions`.
  public func rotate(_ rows: Variable, heads: Int, headWidth: Int, places: [Int32], tape: Tape?) -> Variable {
    turn(rows.value, heads: heads, headWidth: headWidth, places: places, sign: 1)
    let output = Variable(rows.value)
    tape?.record(output) { gradient in
      turn(gradient, heads: heads, headWidth: headWidth, places: places, sign: -1)
      rows.addGradient(gradient)
    }
    return output
  }

  private func turn(_ x: Tensor, heads: Int, headWidth: Int, places: [Int32], sign: Float) {
    let stride = x.columnCount
    places.withUnsafeBufferPointer { places in
      guard let place = places.baseAddress, let cosines = cosine.floats.baseAddress,
        let sines = sine.floats.baseAddress
      else { return }
      parallel(places.count, grain: max(1, elementGrain / (heads * headWidth))) { range in
        Kernels.table.pointee.rotate(
          x.dtype.kernelType, range.count, heads, headWidth, rotaryWidth,
          x.pointer + range.lowerBound * stride * x.dtype.byteCount, stride, place + range.lowerBound,
          cosines, sines, sign)
      }
    }
  }
}
