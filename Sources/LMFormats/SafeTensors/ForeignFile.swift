/// What people give for safetensors by mistake, known by its first bytes.
///
/// Pickles run the code that they hold when they are opened: they are never read, not even in part.
enum ForeignFile: String {
  case zip = "a zip archive, as torch.save writes them around a pickle"
  case pickle = "a pickle, which runs code when it is opened"
  case gguf = "a GGUF file"
  case hdf5 = "an HDF5 file"
  case page = "a web page"
  case pointer = "a Git LFS pointer, not the file it stands for"

  private static let beginnings: [(bytes: [UInt8], kind: ForeignFile)] = [
    (Array("PK\u{3}\u{4}".utf8), .zip), (Array("PK\u{5}\u{6}".utf8), .zip), (Array("GGUF".utf8), .gguf),
    ([0x89] + Array("HDF".utf8), .hdf5), (Array("<!DOCTYPE".utf8), .page), (Array("<html".utf8), .page),
    (Array("version https://git-lfs".utf8), .pointer),
    (Array("cos\n".utf8), .pickle), (Array("cposix\n".utf8), .pickle),
    (Array("c__builtin__\n".utf8), .pickle),
    (Array("(lp0".utf8), .pickle), (Array("(dp0".utf8), .pickle),
  ]

  /// The kind of `file`; nil where it may be safetensors: the ninth byte of these opens an object.
  init?(_ file: UnsafeRawBufferPointer) {
    guard file.count <= 8 || file[8] != UInt8(ascii: "{") else { return nil }
    // From protocol 2 on a pickle begins with its number.
    if file.count > 2, file[0] == 0x80, (2...5).contains(file[1]) {
      self = .pickle
      return
    }
    guard let found = Self.beginnings.first(where: { file.starts(with: $0.bytes) }) else { return nil }
    self = found.kind
  }

  /// What the person can do.
  var remedy: String {
    switch self {
    case .zip, .pickle:
      "save the model as safetensors where you trust it (transformers: model.save_pretrained), and give that"
    case .hdf5: "save the model as safetensors (transformers: model.save_pretrained), and give that"
    case .gguf: "give the .gguf file itself"
    case .page, .pointer: "fetch the file again (git lfs pull, or the download link)"
    }
  }
}
