import LMRuntime

/// Files of pickled Python objects, such as `pytorch_model.bin`. Reading one runs code that it contains, so they are
/// told apart and never read.
public enum PickleFiles {
  private static let suffixes = [".bin", ".pt", ".pth", ".ckpt", ".pkl"]

  /// True where the file at `path` begins as PyTorch's archives (zip) or as pickles of protocol 2 to 5 do.
  public static func isOne(_ path: String) -> Bool {
    guard FileSystem.kind(of: path) == .file, let file = try? MappedFile(path) else { return false }
    return file.withBytes { bytes in
      if bytes.starts(with: Array("PK\u{3}\u{4}".utf8)) { return true }
      return bytes.count > 2 && bytes[0] == 0x80 && (2...5).contains(bytes[1])
    }
  }

  /// Refuses the file at `path` where it is one.
  /// - Throws: ``LMError`` that names the way to convert it.
  public static func refuse(_ path: String) throws(LMError) {
    guard isOne(path) else { return }
    throw LMError(
      at: path, "is a pickle, which may run any code when it is read, so it is never read here",
      remedy:
        "convert it where you trust it: python -c \"from transformers import AutoModelForCausalLM as M; "
        + "M.from_pretrained('OLD').save_pretrained('NEW')\" writes safetensors")
  }

  /// Refuses a folder whose weights are pickles only.
  /// - Throws: ``LMError`` that names the first of them and the way to convert it.
  public static func refuse(inFolder folder: String) throws(LMError) {
    let names = try FileSystem.entries(of: folder)
    guard !names.contains(where: { $0.hasSuffix(".safetensors") }) else { return }
    for name in names where suffixes.contains(where: { name.hasSuffix($0) }) {
      try refuse("\(folder)/\(name)")
    }
  }
}
