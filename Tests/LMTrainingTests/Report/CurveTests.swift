import LMTestSupport
import LMTraining
import Testing

@Suite struct CurveTests {
  static func curve(_ values: [Double]) -> Curve {
    Curve(points: values.enumerated().map { .init(x: Double($0), y: $1) })
  }

  @Test(arguments: [0, 1, 2, 7, 1000, 1001, 1002, 1999, 123_457])
  func `downsampling keeps ends and extremes in at most 1000 points`(count: Int) {
    let all = Self.curve(sampleValues(count, seed: UInt64(count)))
    let few = all.downsampled()
    #expect(few.points.count <= 1000)
    #expect(few.points.first == all.points.first && few.points.last == all.points.last)
    #expect(few.points.map(\.y).max() == all.points.map(\.y).max())
    #expect(few.points.map(\.y).min() == all.points.map(\.y).min())
    #expect(zip(few.points, few.points.dropFirst()).allSatisfy { $0.x < $1.x })
    if count <= 1000 { #expect(few == all) }
  }

  @Test func `stretches without a finite value stay gaps`() {
    let values = (0..<50_000).map { (20_000..<30_000).contains($0) ? .nan : Double($0) }
    let few = Self.curve(values).downsampled().points
    #expect(few.contains { $0.y.isNaN && (20_000..<30_000).contains($0.x) })
    #expect(few.count { $0.y.isFinite } > 700)
  }

  @Test func `a straight line stays itself up to the end, where fewer neighbours are to the right`() {
    let line = Self.curve((0..<100).map { 3 - 0.5 * Double($0) })
    let smooth = line.smoothed(radius: 10)
    // Sums of 100 numbers below 50 lose at most 100 · 50 · 2⁻⁵³ · 100 / 21.
    for index in 0..<90 { #expect(abs(smooth.points[index].y - line.points[index].y) < 1e-11) }
    #expect(line.smoothed(radius: 0) == line)
  }

  @Test func `means leave out what is not finite`() {
    let smooth = Self.curve([1, .nan, 3, .infinity, 5]).smoothed(radius: 1).points.map(\.y)
    #expect(smooth == [1, 2, 3, 4, 5])
    #expect(Self.curve([.nan, .nan]).smoothed(radius: 3).points.allSatisfy { $0.y.isNaN })
  }

  @Test func `quantiles`() {
    let values = Self.curve([5, .nan, 1, 3, 2, 4])
    #expect(values.quantile(0) == 1 && values.quantile(0.5) == 3 && values.quantile(1) == 5)
    #expect(Self.curve([.nan]).quantile(0.5) == nil)
  }
}
