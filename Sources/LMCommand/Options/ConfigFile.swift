import ArgumentParser
import LMRuntime
import Yams

/// Turns presets and `-c FILE.yaml` into flags that stand before those of the command line, so that one parser
/// knows all names and the command line wins.
enum ConfigFile {
  /// What a file or preset says about one flag.
  private struct Setting {
    let name: String
    let arguments: [String]
  }

  /// The arguments with `--preset NAME` and `-c FILE` replaced by what they say; of a flag that is given more
  /// than once, the last file counts, and the command line before all files.
  /// - Throws: ``LMError`` where a preset or file is unknown, no YAML, or has a key that the verb lacks.
  static func expanded(_ arguments: [String]) throws -> [String] {
    let (command, depth) = LMCommand.verb(arguments)
    guard command.configuration.subcommands.isEmpty else { return arguments }
    var rest: [String] = []
    var settings: [Setting] = []
    let help = command.helpMessage(columns: 200)
    let known = Set(
      help.split(whereSeparator: { !($0.isLetter || $0.isNumber || $0 == "-") }).map(String.init))
    var index = depth
    while index < arguments.count {
      let (name, inline) = Self.split(arguments[index])
      guard ["-c", "--config", "--preset"].contains(name), let value = inline ?? arguments[safe: index + 1]
      else {
        rest.append(arguments[index])
        index += 1
        continue
      }
      index += inline == nil ? 2 : 1
      if name == "--preset" {
        settings += try Self.settings(Presets.text(value), at: "preset \(value)", known)
      } else {
        let text = try MappedFile(value).withBytes { String(decoding: $0, as: UTF8.self) }
        settings += try Self.settings(text, at: value, known)
      }
    }
    let given = Set(rest.map { Self.split($0).0 })
    let flags = settings.indices.filter { index in
      !given.contains("--\(settings[index].name)")
        && !settings[(index + 1)...].contains { $0.name == settings[index].name }
    }
    return arguments.prefix(depth) + flags.flatMap { settings[$0].arguments } + rest
  }

  private static func split(_ argument: String) -> (String, String?) {
    guard argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") else { return (argument, nil) }
    return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
  }

  /// One setting per key: `true` gives the flag alone, a list puts its values behind it.
  private static func settings(_ yaml: String, at place: String, _ known: Set<String>) throws -> [Setting] {
    let node: Node?
    do { node = try Yams.compose(yaml: yaml) } catch {
      throw LMError(at: place, "is no YAML", remedy: "write lines such as \"steps: 2000\"")
    }
    guard let node else { return [] }
    guard case .mapping(let mapping) = node else {
      throw LMError(at: place, "is no mapping", remedy: "write lines such as \"steps: 2000\"")
    }
    return try mapping.map { key, value in
      let name = key.string ?? ""
      let line = key.mark.map { ":\($0.line)" } ?? ""
      guard known.contains("--\(name)"), name != "config", name != "preset" else {
        throw LMError(
          .usage, at: place + line, "\"\(name)\" is unknown",
          remedy: "use the names of the flags, as in --help")
      }
      switch value {
      case .scalar(let scalar):
        if scalar.string == "true" { return Setting(name: name, arguments: ["--\(name)"]) }
        return Setting(name: name, arguments: scalar.string == "false" ? [] : ["--\(name)=\(scalar.string)"])
      case .sequence(let items):
        return Setting(name: name, arguments: ["--\(name)"] + items.compactMap { $0.string })
      default:
        throw LMError(
          .usage, at: place + line, "\"\(name)\" is no plain value", remedy: "give a number, a text or a list"
        )
      }
    }
  }
}

extension Array {
  fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
