import LMEvaluation
import Testing

@Suite struct WindowSettingsTests {
  /// The loop of "Perplexity of fixed-length models": the labels of a window that are not −100, less the one that
  /// the shift by a token drops.
  private func documented(_ count: Int, _ length: Int, _ stride: Int) -> [(Range<Int>, Range<Int>)] {
    var windows: [(Range<Int>, Range<Int>)] = []
    var previous = 0
    for begin in Swift.stride(from: 0, to: count, by: stride) {
      let end = min(begin + length, count)
      let target = end - previous
      let scored = max(end - target, begin + 1)
      if scored < end { windows.append((begin..<end, scored..<end)) }
      previous = end
      if end == count { break }
    }
    return windows
  }

  @Test func `strided windows are those of transformers' documentation`() {
    for count in [0, 1, 2, 3, 7, 8, 9, 31, 32, 33, 100] {
      for length in [2, 3, 8, 32, 200] {
        for stride in [1, 2, length / 2, length] where (1...length).contains(stride) {
          let windows = WindowSettings(length: length, stride: stride).windows(of: count)
          let expected = documented(count, length, stride)
          #expect(windows.map(\.range) == expected.map(\.0), "\(count) \(length) \(stride)")
          #expect(windows.map(\.scored) == expected.map(\.1), "\(count) \(length) \(stride)")
        }
      }
    }
  }

  @Test func `with any overlap every token but the first counts once`() {
    for (count, length, stride) in [(100, 8, 7), (100, 8, 1), (33, 32, 16), (5, 8, 4)] {
      let windows = WindowSettings(length: length, stride: stride).windows(of: count)
      #expect(windows.flatMap { Array($0.scored) } == Array(1..<count))
      #expect(
        windows.dropFirst().allSatisfy { $0.scored.lowerBound - $0.range.lowerBound >= length - stride })
    }
  }

  /// llama.cpp: windows of n, of each the tokens n / 2 + 1 to n − 1; the tail is left out.
  @Test func `half of the context`() {
    let windows = WindowSettings(.halfContext, length: 8).windows(of: 23)
    #expect(windows == WindowSettings(.halfContext, length: 8).windows(of: 16))
    #expect(windows.map(\.range) == [0..<8, 8..<16] && windows.map(\.scored) == [5..<8, 13..<16])
    #expect(WindowSettings(.halfContext, length: 8).windows(of: 7).isEmpty)
    #expect(WindowSettings(.halfContext, length: 2).windows(of: 7).isEmpty)
    #expect(WindowSettings(.halfContext, length: 3).windows(of: 3).map(\.scored) == [2..<3])
  }
}
