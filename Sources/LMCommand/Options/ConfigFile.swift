import ArgumentParser
import LMRuntime
import Yams

/// Turns presets and `-c FILE.yaml` into flags that stand before those of the command line, so that one parser
/// knows all names and the command line wins.
enum ConfigFile {
  /// The arguments with `--preset NAME` and `-c FILE` replaced by what they say.
  /// - Throws: ``LMError`` where a preset or file is unknown, no YAML, or has a key that the verb lacks.
  static func expanded(_ arguments: [String]) throws -> [String] {
    guard let verb = arguments.first, let command = LMCommand.verb(verb) else { return arguments }
    var rest: [String] = []
    var flags: [String] = []
    let help = command.helpMessage(columns: 200)
    let known = Set(help.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "-") }).map(String.init))
    var index = 1
    while index < arguments.count {
      let (name, inline) = Self.split(arguments[index])
      guard ["-c", "--config", "--preset"].contains(name), let value = inline ?? arguments[safe: index + 1] else {
        rest.append(arguments[index])
        index += 1
        continue
      }
      index += inline == nil ? 2 : 1
      if name == "--preset" {
        flags += try Self.flags(Presets.text(value), at: "preset \(value)", known)
      } else {
        let text = try MappedFile(value).withBytes { String(decoding: $0, as: UTF8.self) }
        flags += try Self.flags(text, at: value, known)
      }
    }
    return [verb] + flags + rest
  }

  private static func split(_ argument: String) -> (String, String?) {
    guard argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") else { return (argument, nil) }
    return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
  }

  /// One flag per key: `true` gives the flag alone, a list repeats its values behind it.
  private static func flags(_ yaml: String, at place: String, _ known: Set<String>) throws -> [String] {
    let node: Node?
    do { node = try Yams.compose(yaml: yaml) } catch {
      throw LMError(at: place, "is no YAML", remedy: "write lines such as \"steps: 2000\"")
    }
    guard let node else { return [] }
    guard case .mapping(let mapping) = node else {
      throw LMError(at: place, "is no mapping", remedy: "write lines such as \"steps: 2000\"")
    }
    return try mapping.flatMap { key, value -> [String] in
      let name = key.string ?? ""
      let line = key.mark.map { ":\($0.line)" } ?? ""
      guard known.contains("--\(name)"), name != "config", name != "preset" else {
        throw LMError(.usage, at: place + line, "\"\(name)\" is unknown", remedy: "use the names of the flags, as in --help")
      }
      switch value {
      case .scalar(let scalar):
        if scalar.string == "true" { return ["--\(name)"] }
        return scalar.string == "false" ? [] : ["--\(name)=\(scalar.string)"]
      case .sequence(let items):
        return ["--\(name)"] + items.compactMap { $0.string }
      default:
        throw LMError(.usage, at: place + line, "\"\(name)\" is no plain value", remedy: "give a number, a text or a list")
      }
    }
  }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
