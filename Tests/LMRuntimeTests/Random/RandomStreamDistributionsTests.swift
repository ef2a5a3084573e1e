import LMRuntime
import Testing

@Suite struct RandomStreamDistributionsTests {
  static let count = 400_000

  // Standard errors for n = 400,000: mean σ/√n; variance of a normal √(2/n); the bounds are five of them.
  @Test(arguments: [1, 2, 3] as [UInt64]) func `uniform numbers have their moments and stay below one`(
    seed: UInt64
  ) {
    var stream = RandomStream(seed: seed)
    var (sum, squares) = (0.0, 0.0)
    for _ in 0..<Self.count {
      let value = stream.uniform()
      #expect(value >= 0 && value < 1)
      sum += Double(value)
      squares += Double(value * value)
    }
    let mean = sum / Double(Self.count)
    #expect(abs(mean - 0.5) < 5 * 0.2887 / 632)
    #expect(abs(squares / Double(Self.count) - 1.0 / 3) < 5 * 0.2981 / 632)
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func `normal numbers have their moments and tails`(seed: UInt64) {
    var stream = RandomStream(seed: seed)
    var moments = [Double](repeating: 0, count: 5)
    var beyondTwo = 0
    let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: Self.count)
    defer { values.deallocate() }
    stream.fillNormal(values)
    for value in values {
      var power = 1.0
      for order in 1...4 {
        power *= Double(value)
        moments[order] += power / Double(Self.count)
      }
      if abs(value) > 2 { beyondTwo += 1 }
    }
    #expect(abs(moments[1]) < 5 / 632)
    #expect(abs(moments[2] - 1) < 5 * 1.4143 / 632)
    #expect(abs(moments[3]) < 5 * 3.873 / 632)  // Var x³ = 15
    #expect(abs(moments[4] - 3) < 5 * 9.798 / 632)  // Var x⁴ = 105 − 9 = 96
    #expect(abs(Double(beyondTwo) / Double(Self.count) - 0.0455) < 5 * 0.2084 / 632)
  }

  @Test(arguments: [0, 1, 2, 7, 8, 9]) func `filling takes a pair for two numbers`(count: Int) {
    var (filling, single) = (RandomStream(seed: 5), RandomStream(seed: 5))
    let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: count)
    defer { values.deallocate() }
    filling.fillNormal(values, mean: 1, deviation: 2)
    for position in stride(from: 0, to: count, by: 2) {
      let (first, second) = single.normalPair()
      #expect(values[position] == 1 + 2 * Float(first))
      if position + 1 < count { #expect(values[position + 1] == 1 + 2 * Float(second)) }
    }
    #expect(filling == single)
  }

  @Test(arguments: [1, 2, 3, 10]) func `whole numbers are equally likely`(bound: Int) {
    var stream = RandomStream(seed: 3)
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<100_000 { counts[stream.uniform(below: bound)] += 1 }
    let expected = 100_000.0 / Double(bound)
    for count in counts { #expect(abs(Double(count) - expected) < 5 * expected.squareRoot()) }
  }

  @Test func `a shuffle keeps the elements and every order of three is equally likely`() {
    var stream = RandomStream(seed: 4)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<60_000 {
      var values = [0, 1, 2]
      stream.shuffle(&values)
      counts[values, default: 0] += 1
    }
    #expect(counts.count == 6)
    for count in counts.values { #expect(abs(count - 10_000) < 500) }
  }
}
