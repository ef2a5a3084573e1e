import Foundation
import StoryGrammar
let arguments = CommandLine.arguments
let grammar = try Grammar(folder: URL(filePath: arguments[1]))
var random = RandomStream(seed: UInt64(arguments.count > 2 ? arguments[2] : "1") ?? 1)
for _ in 0..<(Int(arguments.count > 3 ? arguments[3] : "5") ?? 5) {
  let t = try grammar.tell(using: &random)
  let d = try grammar.derivations(of: t.text)
  print(t.text, "\n####", t.text.utf8.count, "bytes", t.text.split(separator: " ").count, "words", t.bits / Double(t.text.utf8.count), d.count, "\n")
}
