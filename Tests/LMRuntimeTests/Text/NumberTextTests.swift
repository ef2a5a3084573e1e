import LMRuntime
import Testing

@Suite struct NumberTextTests {
  @Test func `fixed decimals`() {
    #expect(NumberText.fixed(1.8954, decimals: 3) == "1.895")
    #expect(NumberText.fixed(1234.5, decimals: 2) == "1,234.50")
    #expect(NumberText.fixed(-0.05, decimals: 1) == "−0.1")
    #expect(NumberText.fixed(-0.01, decimals: 1) == "0.0")
    #expect(NumberText.fixed(0.999, decimals: 2) == "1.00")
    #expect(NumberText.fixed(.nan, decimals: 2) == "–")
  }

  @Test func `short numbers`() {
    #expect(
      [0.5, 12.34, 812, 9999, 12_500, 1_536_000, 2e12].map(NumberText.short)
        == ["0.50", "12.3", "812", "9,999", "12.5k", "1.54M", "2.00T"])
  }

  @Test func `durations`() {
    #expect(
      [0.04, 47.2, 91, 7260, 200_000, .nan].map(NumberText.duration)
        == ["0.0 s", "47 s", "1 min 31 s", "2 h 1 min", "2 d 7 h", "–"])
  }

  @Test func `powers and groups`() {
    #expect(NumberText.powerOfTen(-12) == "10⁻¹²")
    #expect(
      [0, 999, 1000, 1_234_567, -1000].map(NumberText.grouped) == [
        "0", "999", "1,000", "1,234,567", "−1,000",
      ])
  }
}
