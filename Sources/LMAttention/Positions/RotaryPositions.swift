import Glibc
import LMAutograd
import LMTensor
import Synchronization

/// Rotates queries and keys by their positions; see ``RotarySettings``.
public final class RotaryPositions: Sendable {
  /// Columns of a head that are rotated; even.
  public let rotaryWidth: Int
  private let settings: RotarySettings
  private let headWidth: Int
  private let tables: Mutex<Tables>

  /// Cosines and sines `[positions, rotary / 2]`.
  private struct Tables {
    var positions = 0
    /// The number of positions that the frequencies are for.
    var length = 0
    var cosine = Tensor([0])
    var sine = Tensor([0])
  }

  /// Positions without limit: tables grow with the highest one in use.
  public init(_ settings: RotarySettings, headWidth: Int) {
    rotaryWidth = settings.width ?? headWidth
    precondition(
      rotaryWidth > 0 && rotaryWidth % 2 == 0 && rotaryWidth <= headWidth,
      "RotaryPositions: width \(rotaryWidth) of heads of \(headWidth)")
    self.settings = settings
    self.headWidth = headWidth
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

  /// Turns the heads of every row of `keys` `[n, G·d]` float32 back by `distance` positions, in place.
  /// - Precondition: Frequencies do not depend on the length of the sequence.
  func turnBack(_ keys: Tensor, by distance: Int) {
    let half = rotaryWidth / 2
    let angles = settings.frequencies(headWidth: headWidth, positions: 0).map { Double(distance) * $0 }
    let (cosines, sines) = (angles.map { Float(cos($0)) }, angles.map { Float(sin($0)) })
    for head in stride(from: 0, to: keys.elementCount, by: headWidth) {
      for pair in 0..<half {
        let (a, b) = (keys.floats[head + pair], keys.floats[head + half + pair])
        keys.floats[head + pair] = a * cosines[pair] + b * sines[pair]
        keys.floats[head + half + pair] = b * cosines[pair] - a * sines[pair]
      }
    }
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
    // Where frequencies depend on the length of the sequence, a new length is a new table.
    var length = 0
    if case .dynamic(_, let context) = settings.scaling, positions > context { length = positions }
    return tables.withLock { tables in
      guard tables.positions < positions || tables.length != length else { return tables }
      let half = rotaryWidth / 2
      let count = length > 0 ? positions : max(positions, 2 * tables.positions)
      let frequencies = settings.frequencies(headWidth: headWidth, positions: positions)
      let amplitude = settings.scaling.amplitude
      let (cosine, sine) = (Tensor([count, half]), Tensor([count, half]))
      for position in 0..<count {
        for i in 0..<half {
          let angle = Double(position) * frequencies[i]
          cosine.floats[position * half + i] = Float(amplitude * cos(angle))
          sine.floats[position * half + i] = Float(amplitude * sin(angle))
        }
      }
      tables = Tables(positions: count, length: length, cosine: cosine, sine: sine)
      return tables
    }
  }
}
