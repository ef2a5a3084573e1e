import ArgumentParser
import Glibc
import LMRuntime
import LMTokenizer

/// `lm tokenizer`: train, use and measure tokenizers.
struct TokenizerVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tokenizer", abstract: "Train, use and measure tokenizers.",
    subcommands: [TokenizerTrain.self, TokenizerEncode.self, TokenizerDecode.self, TokenizerInspect.self])
}

/// Which tokenizer a verb uses, and the text it works on.
struct TokenizerInput: ParsableArguments {
  @Option(
    help: """
      Folder of a model, tokenizer.json, vocab.txt, FILE.tiktoken, FILE.model, FILE.gguf, or bytes (default: the \
      model in checkpoints/).
      """)
  var tokenizer: String?
  @Option(help: "File to read instead of TEXT.") var input: String?
  @Argument(help: "The text; - reads stdin.") var text: String?

  func load() throws -> Tokenizer {
    if tokenizer == "bytes" { return Tokenizer.bytes() }
    return try Tokenizer.load(path: try tokenizer ?? BundledModel.path())
  }

  /// The bytes to work on.
  func bytes() throws -> [UInt8] {
    if let input { return try MappedFile(input).withBytes { Array($0) } }
    guard let text else {
      throw LMError(.usage, at: "TEXT", "is missing", remedy: "give a text, - for stdin, or --input FILE")
    }
    return text == "-" ? try standardInputBytes() : Array(text.utf8)
  }
}

struct TokenizerEncode: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "encode", abstract: "Text to ids.")
  @OptionGroup var common: CommonOptions
  @OptionGroup var source: TokenizerInput
  @Flag(help: "Special tokens in the text become their ids.") var specialTokens = false

  func run() throws {
    try common.apply()
    let ids = try source.load().encode(
      bytes: try source.bytes(), specials: specialTokens ? .allowed : .asText, addSpecialTokens: false,
      threads: .shared)
    if common.json {
      var object = JSONObject()
      object["ids"] = .array(ids.map { .integer(Int($0)) })
      print(JSON.object(object).text())
    } else {
      print(ids.map(String.init).joined(separator: " "))
    }
  }
}

struct TokenizerDecode: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "decode", abstract: "Ids to text.")
  @OptionGroup var common: CommonOptions
  @OptionGroup var source: TokenizerInput

  func run() throws {
    try common.apply()
    let text = String(decoding: try source.bytes(), as: UTF8.self)
    let ids = try text.split(whereSeparator: { " ,\n\t".contains($0) }).map { part in
      guard let id = Int32(part) else {
        throw LMError(.usage, at: "TEXT", "\"\(part)\" is no id", remedy: "give ids such as \"15 27 3\"")
      }
      return id
    }
    let decoded = try source.load().decode(ids, skipSpecialTokens: false)
    if common.json {
      var object = JSONObject()
      object["text"] = .string(decoded)
      print(JSON.object(object).text())
    } else {
      print(decoded)
    }
  }
}

/// One JSON line, or a line per member for people.
func printObject(_ object: JSONObject, asJSON: Bool) {
  if asJSON {
    print(JSON.object(object).text())
    return
  }
  let width = object.members.map(\.key.count).max() ?? 0
  for member in object.members {
    let value =
      switch member.value {
      case .string(let text): text
      case .number(let number) where abs(number) >= 0.01: NumberText.fixed(number, decimals: 4)
      // A whole number divided by a power of ten is the double nearest to a short decimal.
      case .number(let number) where abs(number) > 1e-12: "\((number * 1e16).rounded(to: 4) / 1e16)"
      default: member.value.text()
      }
    print(
      member.key.replacing("_", with: " ") + String(repeating: " ", count: width + 2 - member.key.count)
        + value)
  }
}

extension Double {
  /// The nearest number of so many significant decimal digits.
  fileprivate func rounded(to digits: Int) -> Double {
    let unit = pow(10, (log10(abs(self))).rounded(.down) - Double(digits - 1))
    return (self / unit).rounded() * unit
  }
}
