import LMTraining
import Testing

@Suite struct LearningRateScheduleTests {
  private let schedule = LearningRateSchedule(peak: 1e-3, floor: 1e-4, warmupSteps: 100, steps: 2000)

  /// The whole warm-up, the peak, half-way down (the mean of peak and floor), the end and beyond.
  private static let corners: [Int: Double] = [
    0: 1e-3 / 101, 1: 2e-3 / 101, 99: 1e-1 / 101, 100: 1e-3, 1050: 5.5e-4, 2000: 1e-4, 9999: 1e-4,
  ]

  @Test func `rates at the corners`() {
    for (step, expected) in Self.corners {
      #expect(abs(schedule.rate(step) / expected - 1) < 1e-12, "step \(step)")
    }
  }

  @Test func `it rises to the peak and falls to the floor`() {
    let rates = (0...2000).map { schedule.rate($0) }
    #expect(zip(rates[..<101], rates[1..<101]).allSatisfy { $0 < $1 })
    #expect(zip(rates[100...], rates[101...]).allSatisfy { $0 > $1 })
    #expect(rates.max() == 1e-3)
  }

  @Test func `without warm-up it begins at the peak, with nothing but warm-up it stays below`() {
    #expect(LearningRateSchedule(peak: 1, floor: 0, warmupSteps: 0, steps: 10).rate(0) == 1)
    let warm = LearningRateSchedule(peak: 1, floor: 0, warmupSteps: 50, steps: 10)
    #expect((0..<10).allSatisfy { warm.rate($0) > 0 && warm.rate($0) < 1 && warm.rate($0).isFinite })
    #expect(LearningRateSchedule(peak: 1, floor: 0.5, warmupSteps: 10, steps: 10).rate(10) == 1)
    #expect(LearningRateSchedule(peak: 1, floor: 1, warmupSteps: 0, steps: 1).rate(0) == 1)
  }
}
