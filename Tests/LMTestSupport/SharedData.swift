import LMRuntime

/// Corpora and vocabularies beside the package, which a checkout alone does not have.
public enum SharedData {
  /// The checkout.
  public static let packageRoot = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()

  /// The folder with test data; it may be absent.
  public static let folder = packageRoot + "/../shared/data"

  /// The path of a file below `../shared/data`; nil, with a message, where it is absent.
  public static func path(_ name: String) -> String? {
    let path = folder + "/" + name
    if FileSystem.kind(of: path) != nil { return path }
    print("skipped: \(path) is absent")
    return nil
  }

  /// The content of such a file.
  public static func bytes(_ name: String) throws -> [UInt8]? {
    guard let path = path(name) else { return nil }
    return try MappedFile(path).withBytes { Array($0) }
  }
}
