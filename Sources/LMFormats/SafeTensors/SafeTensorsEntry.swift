/// One tensor of a safetensors file.
public struct SafeTensorsEntry: Sendable, Equatable {
  /// Its name, at most 1,024 bytes of UTF-8.
  public let name: String
  /// Type of an element; elements are little-endian.
  public let type: SafeTensorsType
  /// Sizes in row-major order, at most 8, empty for a scalar.
  public let shape: [Int]
  /// Where its bytes stand, from the beginning of the file.
  public let byteRange: Range<Int>

  /// Longest name in bytes.
  public static let nameLimit = 1024
  /// Most dimensions.
  public static let dimensionLimit = 8
}
