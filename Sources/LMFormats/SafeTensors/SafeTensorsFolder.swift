import LMRuntime

/// The weights of a model folder: `model.safetensors`, or the shards that `model.safetensors.index.json`
/// lists under `weight_map`.
public struct SafeTensorsFolder: Sendable {
  /// Name of the file of a model that has no shards.
  public static let singleName = "model.safetensors"
  /// Name of the list of shards.
  public static let indexName = "model.safetensors.index.json"

  /// The files, each of them opened and checked.
  public let files: [SafeTensorsFile]
  private let folder: String

  /// Opens the weights in `folder`; the index counts only where there is no single file.
  /// - Throws: ``LMError`` where neither is there, a shard is missing or broken, or a tensor is not where the
  ///   index says, or in two shards.
  public init(_ folder: String) throws(LMError) {
    self.folder = folder
    let single = "\(folder)/\(Self.singleName)"
    if FileSystem.kind(of: single) != nil {
      files = [try SafeTensorsFile(single)]
      return
    }
    let path = "\(folder)/\(Self.indexName)"
    guard FileSystem.kind(of: path) != nil else {
      throw Self.missing(in: folder)
    }
    files = try Self.shards(of: path, in: folder)
  }

  /// The tensor of this name, with its file; nil where the model has none.
  /// - Complexity: O(files).
  public func find(_ name: String) -> (file: SafeTensorsFile, entry: SafeTensorsEntry)? {
    for file in files {
      if let entry = file.header[name] { return (file, entry) }
    }
    return nil
  }

  /// The error of a folder without safetensors, which names a pickle that is there instead.
  private static func missing(in folder: String) -> LMError {
    let names = (try? FileSystem.entries(of: folder)) ?? []
    if let pickle = names.first(where: { name in
      [".bin", ".pt", ".pth", ".ckpt", ".pkl"].contains { name.hasSuffix($0) }
    }) {
      return LMError(
        at: folder, "has no \(singleName), and \(pickle) is a pickle, which is never read: it could run code",
        remedy: ForeignFile.pickle.remedy)
    }
    return LMError(
      at: folder, "has neither \(singleName) nor \(indexName)",
      remedy: "give the folder of a model in safetensors; pickle files must be converted first")
  }

  private static func shards(of path: String, in folder: String) throws(LMError) -> [SafeTensorsFile] {
    var names = JSONObject()
    var files: [SafeTensorsFile] = []
    var found = 0
    let map = try JSONField(try JSON.read(path), in: path)["weight_map"].members()
    for (tensor, field) in map {
      let name = try field.string()
      if names[name] == nil {
        guard !name.isEmpty, name != ".", name != "..", !name.utf8.contains(UInt8(ascii: "/")),
          !name.utf8.contains(0)
        else { throw field.unexpected("the name of a file in this folder") }
        names[name] = .integer(files.count)
        files.append(try SafeTensorsFile("\(folder)/\(name)"))
        found += files.last?.entries.count ?? 0
      }
      guard case .integer(let position)? = names[name], files[position].header[tensor] != nil else {
        throw field.failure("is not in \(JSON.quoted(name))", remedy: "fetch the index and the shards again")
      }
    }
    guard found == map.count else {
      throw LMError(
        at: path, "lists \(map.count) tensors, the shards hold \(found)",
        remedy: "fetch the index and the shards again")
    }
    return files
  }
}
