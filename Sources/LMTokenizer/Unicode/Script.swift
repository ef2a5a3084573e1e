extension Script {
  /// The code points of the script.
  /// - Complexity: O(runs); every script has fewer than a hundred.
  var codePoints: CodePointSet {
    var ranges: [ClosedRange<UInt32>] = []
    var start: UInt32 = 0
    runs.withUTF8Buffer { text in
      for run in text.split(separator: UInt8(ascii: " ")) {
        let numbers = run.split(separator: UInt8(ascii: "+")).map { digits in
          digits.reduce(UInt32(0)) { $0 << 4 | UInt32($1 <= 0x39 ? $1 - 0x30 : $1 - 0x37) }
        }
        start += numbers[0]
        ranges.append(start...start + numbers[1] - 1)
        start += numbers[1]
      }
    }
    return CodePointSet(ranges)
  }
}
