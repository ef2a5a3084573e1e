import Glibc
import LMAutograd
import LMTensor
import Synchronization

/// Rotary positions (RoFormer, arXiv 2104.09864): pairs (i, i + rotary / 2) of a head are rotated by
/// position · base^(−2i / rotary).
public final class RotaryPositions: Sendable {
  /// Columns of a head that are rotated; even.
  public let rotaryWidth: Int
  private let base: Double
  private let tables: Mutex<Tables>

  /// Cosines and sines `[positions, rotary / 2]`.
  private struct Tables {
    var positions = 0
    var cosine = Tensor([0])
    var sine = Tensor([0])
  }

  /// Positions without limit: tables grow with the highest one in use.
  public init(rotaryWidth: Int, base: Double) {
    precondition(rotaryWidth > 0 && rotaryWidth % 2 == 0, "RotaryPositions: width \(rotaryWidth) is not even")
    self.rotaryWidth = rotaryWidth
    self.base = base
    tables = Mutex(Tables())
  }

  /// Rotates the first `heads` heads of width `headWidth` of every row of `rows`, in place; consumes the
  /// variable and returns its successor.
  /// - Parameter places: position of each row, at least 0.
  public func rotate(_ rows: Variable, heads: Int, headWidth: Int, places: [Int32], tape: Tape?) -> Variable {
    turn(rows.value, heads: heads, headWidth: headWidth, places: places, sign: 1)
    let output = Variable(rows.value)
    tape?.record(output) { gradient in
      self.turn(gradient, heads: heads, headWidth: headWidth, places: places, sign: -1)
      rows.addGradient(gradient)
    }
    return output
  }

  /// Turns the heads of every row of `keys` `[n, G·d]` back by `distance` positions, in place.
  func turnBack(_ keys: Tensor, headWidth: Int, by distance: Int) {
    let places = [Int32](repeating: Int32(distance), count: keys.rowCount)
    turn(keys, heads: keys.columnCount / headWidth, headWidth: headWidth, places: places, sign: -1)
  }

  private func turn(_ x: Tensor, heads: Int, headWidth: Int, places: [Int32], sign: Float) {
    let stride = x.columnCount
    let table = tables(positions: Int(places.max() ?? 0) + 1)
    places.withUnsafeBufferPointer { places in
      guard let place = places.baseAddress, let cosines = table.cosine.floats.baseAddress,
        let sines = table.sine.floats.baseAddress
      else { return }
      parallel(places.count, grain: max(1, elementGrain / (heads * headWidth))) { range in
        Kernels.table.pointee.rotate(
          x.dtype.kernelType, range.count, heads, headWidth, rotaryWidth,
          x.pointer + range.lowerBound * stride * x.dtype.byteCount, stride, place + range.lowerBound,
          cosines, sines, sign)
      }
    }
  }

  /// Tables for at least `positions` positions, at least doubled when they grow. Angles are computed in double
  /// precision.
  private func tables(positions: Int) -> Tables {
    tables.withLock { tables in
      guard tables.positions < positions else { return tables }
      let half = rotaryWidth / 2
      let count = max(positions, 2 * tables.positions)
      let frequencies = (0..<half).map { pow(base, -2 * Double($0) / Double(rotaryWidth)) }
      let (cosine, sine) = (Tensor([count, half]), Tensor([count, half]))
      for position in 0..<count {
        for i in 0..<half {
          let angle = Double(position) * frequencies[i]
          cosine.floats[position * half + i] = Float(cos(angle))
          sine.floats[position * half + i] = Float(sin(angle))
        }
      }
      tables = Tables(positions: count, cosine: cosine, sine: sine)
      return tables
    }
  }
}
