import LMFormats
import LMRuntime

/// Tells models and tokenizers apart, so that a saved cache is not used with another one.
///
/// Of the weights' files it takes the sizes and 256 bytes at each of 4096 places all over the file: training
/// changes nearly all weights, and a file of gigabytes is not read for this. Configuration and tokenizer are
/// taken whole.
struct ModelFingerprint: Equatable {
  /// Digest of configuration and weights.
  let model: String
  /// Digest of the tokenizer.
  let tokenizer: String

  private static let places = 4096
  private static let bytesPerPlace = 256

  /// Of the model folder or file at `path`.
  /// - Throws: ``LMError`` where a file cannot be read.
  init(of path: String) throws(LMError) {
    guard FileSystem.kind(of: path) == .directory else {
      model = SHA256Digest(of: try Self.sample(path)).description
      tokenizer = model
      return
    }
    var bytes: [UInt8] = []
    for file in try SafeTensorsFolder(path).files { bytes += try Self.sample(file.file.path) }
    bytes += try SHA256Digest(ofFile: "\(path)/config.json").bytes
    model = SHA256Digest(of: bytes).description
    tokenizer = try SHA256Digest(ofFile: "\(path)/tokenizer.json").description
  }

  /// The size of a file and some of its bytes; all of them where it is small.
  private static func sample(_ path: String) throws(LMError) -> [UInt8] {
    try MappedFile(path).withBytes { file in
      let size = UInt64(file.count)
      var bytes = (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * UInt64($0))) }
      let last = file.count - bytesPerPlace
      guard file.count > places * bytesPerPlace else { return bytes + file }
      for place in 0..<places {
        let start = Int((UInt64(last) * UInt64(place)) / UInt64(places - 1))
        bytes += file[start..<start + bytesPerPlace]
      }
      return bytes
    }
  }
}
