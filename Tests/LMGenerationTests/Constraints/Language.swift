/// A language by the plainest recogniser there is: all ends that a text can have, by trying everything. The
/// oracle of the grammar tests.
indirect enum Language {
  case text(String)
  case bytes(Set<UInt8>)
  case either([Language])
  case all([Language])
  case many(Language, ClosedRange<Int>)
  case named(String)

  typealias Rules = [String: Language]

  /// Ends of the texts of the language that begin at `start`. Rules must not begin with themselves.
  func ends(_ text: [UInt8], _ start: Int, _ rules: Rules) -> Set<Int> {
    switch self {
    case .text(let literal):
      let bytes = Array(literal.utf8)
      return text[start...].starts(with: bytes) ? [start + bytes.count] : []
    case .bytes(let set): return start < text.count && set.contains(text[start]) ? [start + 1] : []
    case .either(let parts): return parts.reduce(into: []) { $0.formUnion($1.ends(text, start, rules)) }
    case .all(let parts):
      return parts.reduce([start]) { starts, part in
        starts.reduce(into: []) { $0.formUnion(part.ends(text, $1, rules)) }
      }
    case .many(let part, let counts):
      var result: Set<Int> = counts.lowerBound == 0 ? [start] : []
      var last: Set<Int> = [start]
      for count in 1...max(1, min(counts.upperBound, text.count + counts.lowerBound + 1))
      where count <= counts.upperBound {
        last = last.reduce(into: []) { $0.formUnion(part.ends(text, $1, rules)) }
        if count >= counts.lowerBound { result.formUnion(last) }
        if last.isEmpty { break }
      }
      return result
    case .named(let name): return rules[name]?.ends(text, start, rules) ?? []
    }
  }

  /// All texts of `rules["root"]` over `alphabet` with at most `length` bytes.
  static func sentences(_ rules: Rules, alphabet: [UInt8], length: Int) -> Set<[UInt8]> {
    let root = Language.named("root")
    return Set(texts(alphabet, length).filter { root.ends($0, 0, rules).contains($0.count) })
  }

  /// All texts over `alphabet` with at most `length` bytes.
  static func texts(_ alphabet: [UInt8], _ length: Int) -> [[UInt8]] {
    var result: [[UInt8]] = [[]]
    var last = result
    for _ in 0..<length {
      last = last.flatMap { text in alphabet.map { text + [$0] } }
      result += last
    }
    return result
  }
}
