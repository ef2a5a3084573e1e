import LMRuntime

/// The list of a checkpoint's files with their digests, and the digest of the list itself.
///
/// The file is the pretty layout of one object and a line break, and nothing else is accepted: with the
/// digest over all other members, every changed byte is found.
struct CheckpointManifest {
  static let fileName = "manifest.json"
  private static let format = "lm-checkpoint"
  private static let version = 1

  struct File {
    let name: String
    let size: Int
    let digest: SHA256Digest
  }

  let step: Int
  let files: [File]
  let state: JSONObject

  /// A name that stays inside the checkpoint's directory and is not the manifest's.
  static func isValidName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 255 && name != "." && name != ".." && name != fileName
      && !name.utf8.contains(UInt8(ascii: "/")) && !name.utf8.contains(0)
  }

  func serialized() -> [UInt8] {
    let files = files.map { file -> JSON in
      ["name": .string(file.name), "size": .integer(file.size), "sha256": .string(file.digest.description)]
    }
    var object: JSONObject = [:]
    object["format"] = .string(Self.format)
    object["version"] = .integer(Self.version)
    object["step"] = .integer(step)
    object["files"] = .array(files)
    object["state"] = .object(state)
    object["sha256"] = .string(Self.digest(of: object))
    return JSON.object(object).serialized(.pretty) + [0x0A]
  }

  init(step: Int, files: [File], state: JSONObject) {
    self.step = step
    self.files = files
    self.state = state
  }

  /// Reads and checks the manifest at `path`.
  /// - Throws: ``LMError`` where it is missing, changed or of another version.
  init(readingFrom path: String) throws(LMError) {
    let bytes = try MappedFile(path).withBytes { Array($0) }
    let document = try JSON.parse(bytes, from: path)
    let field = JSONField(document, in: path)
    guard try field["format"].string() == Self.format else {
      throw field.failure("is no checkpoint manifest", remedy: "use a directory that lm wrote")
    }
    _ = try field["version"].integer(in: Self.version...Self.version)
    var unsigned = try field.object()
    unsigned["sha256"] = nil
    guard try field["sha256"].string() == Self.digest(of: unsigned),
      document.serialized(.pretty) + [0x0A] == bytes
    else {
      throw LMError(at: path, "was changed after it was written", remedy: "use another checkpoint")
    }
    step = try field["step"].integer(in: 0...Int.max)
    state = try field["state"].object()
    var files: [File] = []
    for entry in try field["files"].array() {
      guard let digest = SHA256Digest(try entry["sha256"].string()) else {
        throw try entry["sha256"].unexpected("64 hexadecimal digits")
      }
      let name = try entry["name"].string()
      guard Self.isValidName(name) else { throw try entry["name"].unexpected("a plain file name") }
      files.append(File(name: name, size: try entry["size"].integer(in: 0...Int.max), digest: digest))
    }
    self.files = files
  }

  private static func digest(of object: JSONObject) -> String {
    SHA256Digest(of: JSON.object(object).serialized()).description
  }
}
