import LMGeneration
import LMRuntime
import LMTestSupport
import Testing

/// What `texts` let through of `text`, cut into pieces of the given lengths (repeated).
private func shown(_ text: String, stops: [String], pieces: [Int]) throws -> (text: String, isStopped: Bool) {
  var stopper = try StopTexts(stops)
  var rest = Array(text.utf8)[...]
  var output: [UInt8] = []
  var index = 0
  while !rest.isEmpty {
    output += stopper.append(rest.prefix(pieces[index % pieces.count]))
    rest = rest.dropFirst(pieces[index % pieces.count])
    index += 1
  }
  output += stopper.finish()
  return (String(decoding: output, as: UTF8.self), stopper.isStopped)
}

@Suite struct StopTextsTests {
  @Test(arguments: [
    ("hello world", ["o w"], "hell"), ("hello", ["x"], "hello"), ("hello", [], "hello"),
    ("hello", ["hello"], ""),
    ("aaab", ["aab"], "a"), ("ababac", ["abac"], "ab"), ("abcd", ["abcd", "bc"], "a"),
    ("abcd", ["bcd", "cd"], "a"),
    ("naïve é!", ["é!"], "naïve "), ("日本語。終", ["。"], "日本語"), ("stop", ["stopped"], "stop"),
    ("a\nUser: b", ["\nUser:", "\nBot:"], "a"), ("aaaa", ["aaaaa"], "aaaa"),
  ]) func `text before the first stop text comes out, however it is cut`(
    text: String, stops: [String], expected: String
  ) throws {
    for pieces in [[1], [2], [3], [1, 4, 2], [100]] {
      let result = try shown(text, stops: stops, pieces: pieces)
      #expect(result.text == expected, "\(pieces)")
      #expect(result.isStopped == (expected != text), "\(pieces)")
    }
  }

  /// Oracle: of all occurrences the one with the first end, the longest of those, by plain search.
  @Test func `on random texts it agrees with a plain search`() throws {
    for seed in 1..<400 as Range<UInt64> {
      let letters = sampleValues(40, seed: seed).map { $0 < 0 ? UInt8(ascii: "a") : UInt8(ascii: "b") }
      let stops = [
        Array(letters[3..<3 + Int(seed % 5) + 1].reversed()), Array(letters[10..<14]), Array("abba".utf8),
      ]
      let text = Array(letters[20...])
      var cut = text.count
      search: for end in 1...text.count {
        for stop in stops.sorted(by: { $0.count > $1.count })
        where text[..<end].suffix(stop.count).elementsEqual(stop) {
          cut = end - stop.count
          break search
        }
      }
      let result = try shown(
        String(decoding: text, as: UTF8.self), stops: stops.map { String(decoding: $0, as: UTF8.self) },
        pieces: [1, 3])
      #expect(result.text == String(decoding: text[..<cut], as: UTF8.self), "seed \(seed)")
    }
  }

  @Test func `what cannot become a stop text comes out at once`() throws {
    var stopper = try StopTexts(["<|end|>"])
    #expect(stopper.append(Array("a<|".utf8)) == Array("a".utf8))
    #expect(stopper.append(Array("x<".utf8)) == Array("<|x".utf8))
    #expect(stopper.append([]) == [])
    #expect(stopper.finish() == Array("<".utf8))
    #expect(stopper.finish() == [])
    #expect(stopper.append(Array("|end|>".utf8)) == Array("|end|>".utf8))
  }

  @Test func `after a stop nothing comes out`() throws {
    var stopper = try StopTexts(["."])
    #expect(stopper.append(Array("a.b".utf8)) == Array("a".utf8))
    #expect(stopper.isStopped && stopper.append(Array("c".utf8)) == [] && stopper.finish() == [])
  }

  @Test func `an empty stop text is a usage error`() {
    #expect(throws: LMError.self) { _ = try StopTexts(["a", ""]) }
  }
}
