import LMTraining
import Testing

@Suite struct ChartAxisTests {
  @Test func `labels of usual ranges`() {
    func labels(_ low: Double, _ high: Double, _ count: Int) -> [String] {
      let axis = ChartAxis(from: low, to: high, count: count, extends: true)
      return axis.ticks.map(axis.label)
    }
    #expect(labels(1.62, 4.2, 5) == ["1", "2", "3", "4", "5"])
    #expect(labels(1.45, 1.9, 5) == ["1.4", "1.5", "1.6", "1.7", "1.8", "1.9"])
    #expect(labels(0, 1e-3, 4) == ["0.0", "0.5", "1.0"])
    #expect(labels(0, 21_400, 4) == ["0", "10k", "20k", "30k"])
    #expect(labels(0, 2_345_678, 4) == ["0", "1M", "2M", "3M"])
    #expect(labels(-1, 1, 4) == ["−1.0", "−0.5", "0.0", "0.5", "1.0"])
    #expect(labels(0, 4_000, 4) == ["0", "1,000", "2,000", "3,000", "4,000"])
  }

  @Test func `ticks are few, inside, ascending, and their labels differ`() {
    for power in stride(from: -12.0, through: 14, by: 0.37) {
      for offset in [0.0, 0.3, 17] {
        for count in [4, 6, 8] {
          let size = pow10(power)
          let axis = ChartAxis(from: offset * size, to: (offset + 1) * size, count: count, extends: true)
          #expect((2...count + 3).contains(axis.ticks.count))
          #expect(axis.range.contains(offset * size) && axis.range.contains((offset + 1) * size))
          let places = axis.ticks.map(axis.position)
          #expect(places.allSatisfy { $0 > -1e-6 && $0 < 1 + 1e-6 } && places == places.sorted())
          #expect(Set(axis.ticks.map(axis.label)).count == axis.ticks.count, "\(axis.ticks.map(axis.label))")
        }
      }
    }
  }

  @Test(arguments: [(0.0, 0.0), (3.0, 3.0), (.nan, .nan), (1, .infinity), (-2, -2), (1e300, 1e300)])
  func `an axis of one value or none is an axis`(low: Double, high: Double) {
    let axis = ChartAxis(from: low, to: high, count: 4, extends: true)
    #expect(axis.range.upperBound > axis.range.lowerBound && axis.range.upperBound.isFinite)
    #expect((1...9).contains(axis.ticks.count))
  }

  @Test func `whole numbers have no ticks between`() {
    #expect(ChartAxis(from: 0, to: 3, count: 8, extends: false, wholeNumbers: true).ticks == [0, 1, 2, 3])
  }

  private func pow10(_ power: Double) -> Double {
    var (value, rest) = (1.0, power.magnitude)
    while rest >= 1 { (value, rest) = (value * 10, rest - 1) }
    value *= 1 + 9 * rest
    return power < 0 ? 1 / value : value
  }
}
