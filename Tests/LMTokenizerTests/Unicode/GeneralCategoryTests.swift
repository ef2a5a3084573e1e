import LMTestSupport
import LMTokenizer
import Testing

@Suite struct GeneralCategoryTests {
  @Test func `the table has the letters and spaces of Unicode 16`() {
    var letters = 0
    var spaces = 0
    for codePoint in 0..<CodePointTable.codePointCount {
      let classes = CodePointClass(rawValue: CodePointTable.classes[codePoint])
      if classes.contains(.letter) { letters += 1 }
      if classes.contains(.space) { spaces += 1 }
    }
    // 141,028 was counted in tiktoken 0.14 and tokenizers 0.23.3; White_Space has 25 code points.
    #expect(letters == 141_028)
    #expect(spaces == 25)
  }

  @Test func `the table is the list it was made from`() throws {
    guard let list = try SharedData.bytes("tokenizers/unicode/general_category_unicode16.txt") else { return }
    let names = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Cs Co Cn"
      .split(
        separator: " ")
    for line in String(decoding: list, as: UTF8.self).split(separator: "\n") where !line.hasPrefix("#") {
      let parts = line.split(separator: ";")
      let ends = parts[0].split(separator: ".").compactMap { UInt32($0, radix: 16) }
      for codePoint in [ends[0], ends[1]] {
        #expect(names[Int(GeneralCategory.of(codePoint).rawValue)] == parts[1])
      }
    }
  }

  @Test func `beyond Unicode nothing is assigned`() { #expect(GeneralCategory.of(0x110000) == .unassigned) }
}
