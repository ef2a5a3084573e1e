import Foundation
import StoryGrammar
let arguments = CommandLine.arguments
do {
let grammar = try Grammar(folder: URL(filePath: arguments[1]))
var random = RandomStream(seed: UInt64(arguments.count > 2 ? arguments[2] : "1") ?? 1)
var bits = 0.0, bytes = 0, many = 0, words = (1000, 0), quiet = arguments.count > 4, n = Int(arguments.count > 3 ? arguments[3] : "5") ?? 5
for _ in 0..<n {
  let t = try grammar.tell(using: &random)
  let d = try grammar.derivations(of: t.text)
  if !quiet || d.count != 1 {
  print(t.text, "\n####", t.text.utf8.count, "bytes", t.text.split(separator: " ").count, "words", t.bits / Double(t.text.utf8.count), d.count, "\n") }
  bits += d.bits; bytes += t.text.utf8.count; many += d.count > 1 ? 1 : 0
  let w = t.text.split { $0.isWhitespace }.count
  words = (min(words.0, w), max(words.1, w))
}
print("mean bytes", bytes / n, "bits per byte", bits / Double(bytes), "ambiguous", many, "words", words)
} catch { print(error) }
