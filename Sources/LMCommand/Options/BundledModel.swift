import Glibc
import LMRuntime

/// The small model that comes with the project.
enum BundledModel {
  private static let name = "checkpoints/stories"

  /// Its folder: below the working directory, or in a folder above the program's own (the checkout).
  static func path() throws -> String {
    var candidates = [name]
    if let program = realpath("/proc/self/exe", nil) {
      var folder = String(cString: program)
      free(program)
      while folder.count > 1 {
        folder = FileSystem.parent(of: folder)
        candidates.append("\(folder)/\(name)")
      }
    }
    guard let found = candidates.first(where: { FileSystem.kind(of: "\($0)/config.json") != nil }) else {
      throw LMError(
        .usage, at: "--model", "is missing and \(name) is not here", remedy: "give the folder of a model")
    }
    return found
  }
}
