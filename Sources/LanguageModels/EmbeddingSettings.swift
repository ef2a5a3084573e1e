import LMRuntime
import LMTransformer

/// How a model's rows become vectors, as a sentence-transformers folder says it.
public struct EmbeddingSettings: Sendable, Equatable {
  /// How the rows of a text become one vector.
  public var pooling = Pooling.mean
  /// Whether vectors have length 1.
  public var normalizes = true
  /// Most tokens of a text, those that the tokenizer puts around it included; longer ones are cut. Nil: the
  /// model's context.
  public var maximumTokens: Int?

  /// Means of length 1 over as many tokens as the model reads.
  public init() {}

  /// Reads `modules.json` of a model folder with the files that it names, and `sentence_bert_config.json`; a folder
  /// without has the defaults.
  /// - Throws: ``LMError`` where a module or a way of pooling is not known, or a file is broken.
  public init(folder: String) throws(LMError) {
    let path = "\(folder)/modules.json"
    guard FileSystem.kind(of: path) != nil else { return }
    normalizes = false
    for module in try JSONField(JSON.read(path), in: path).array() {
      let type = try module["type"].string()
      let name = type.split(separator: ".").last.map(String.init) ?? ""
      switch name {
      case "Transformer": break
      case "Normalize": normalizes = true
      case "Pooling": pooling = try Self.pooling("\(folder)/\(try Self.subfolder(module))/config.json")
      default:
        throw try module["type"].failure(
          "is \(JSON.quoted(type))", remedy: "use a model of the modules Transformer, Pooling and Normalize")
      }
    }
    let limits = "\(folder)/sentence_bert_config.json"
    guard FileSystem.kind(of: limits) != nil else { return }
    let length = try JSONField(JSON.read(limits), in: limits).optional("max_seq_length")
    maximumTokens = try length?.integer(in: 1...Int(Int32.max))
  }

  /// A name of one folder, which leads nowhere else.
  private static func subfolder(_ module: JSONField) throws(LMError) -> String {
    let path = try module["path"].string()
    guard !path.isEmpty, !path.contains("/"), path != "." && path != ".." else {
      throw try module["path"].failure("is \(JSON.quoted(path))", remedy: "name a folder beside modules.json")
    }
    return path
  }

  private static let poolings: [(key: String, pooling: Pooling)] = [
    ("pooling_mode_mean_tokens", .mean), ("pooling_mode_cls_token", .cls), ("pooling_mode_lasttoken", .last),
  ]

  private static func pooling(_ path: String) throws(LMError) -> Pooling {
    let config = JSONField(try JSON.read(path), in: path)
    let modes = try config.members().filter {
      $0.key.hasPrefix("pooling_mode_") && $0.value.value == .bool(true)
    }
    if modes.count == 1, let known = poolings.first(where: { KeyIndex.sameBytes($0.key, modes[0].key) }) {
      return known.pooling
    }
    let found = modes.isEmpty ? "no mode" : modes.map(\.key).joined(separator: " and ")
    throw LMError(
      at: path, "asks for \(found)",
      remedy: "use a model with one of: mean, cls or last token; or say --pooling")
  }
}
