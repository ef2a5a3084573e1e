import Glibc
import LMRuntime

/// A linear axis: a range that contains the data, ticks at round numbers, and their labels.
package struct ChartAxis: Equatable {
  /// First and last value of the axis.
  package let range: ClosedRange<Double>
  /// Values of the grid lines, inside the range.
  package let ticks: [Double]
  /// Labels divide values by 10 to this power.
  package let exponent: Int
  private let decimals: Int

  /// An axis for values from `low` to `high` with about `count` ticks at multiples of 1, 2 or 5 · 10ⁿ.
  ///
  /// With `extends`, the range ends at ticks, else at the values. `wholeNumbers` allows no ticks between.
  package init(from low: Double, to high: Double, count: Int, extends: Bool, wholeNumbers: Bool = false) {
    var (low, high) = (min(low, high), max(low, high))
    if !(low.isFinite && high.isFinite) { (low, high) = (0, 1) }
    if high - low <= 1e-12 * max(low.magnitude, high.magnitude) {
      let room = low == 0 ? 1 : low.magnitude * 0.1
      (low, high) = (low - (low > 0 ? min(room, low) : room), high + room)
    }
    let step = Self.roundStep((high - low) / Double(count), wholeNumbers: wholeNumbers)
    if extends {
      (low, high) = ((low / step + 1e-9).rounded(.down) * step, (high / step - 1e-9).rounded(.up) * step)
    }
    range = low...max(high, low.nextUp)
    let (first, last) = ((low / step - 1e-9).rounded(.up), (high / step + 1e-9).rounded(.down))
    ticks = stride(from: first, through: last, by: 1).map { $0 * step }
    let largest = max(low.magnitude, high.magnitude)
    exponent = largest < 0.01 || largest >= 1e15 ? Int(log10(largest).rounded(.down)) : 0
    decimals = max(0, -Int((log10(step) - Double(exponent) + 1e-9).rounded(.down)))
  }

  private static func roundStep(_ rough: Double, wholeNumbers: Bool) -> Double {
    let power = pow(10, log10(rough).rounded(.down))
    let factor = [1.0, 2, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10
    return wholeNumbers ? max(1, factor * power) : factor * power
  }

  /// Where `value` lies: 0 at the beginning of the axis, 1 at its end.
  package func position(_ value: Double) -> Double {
    (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  /// `value` with as many decimals as the ticks need, from 10,000 on in thousands or millions.
  package func label(_ value: Double) -> String {
    let largest = ticks.reduce(0) { max($0, $1.magnitude) }
    let units: [(Double, String)] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
    if exponent == 0, largest >= 10_000, value != 0, let unit = units.first(where: { largest >= $0.0 }) {
      let step = ticks.count > 1 ? ticks[1] - ticks[0] : largest
      let digits = max(0, -Int((log10(step / unit.0) + 1e-9).rounded(.down)))
      return NumberText.fixed(value / unit.0, decimals: digits) + unit.1
    }
    return NumberText.fixed(value / pow(10, Double(exponent)), decimals: decimals)
  }
}
