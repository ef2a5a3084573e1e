import LMTensor

extension DType {
  /// The number of each type in ggml.
  private static let ggmlNumbers: [(DType, UInt32)] = [
    (.float32, 0), (.float16, 1), (.q4_0, 2), (.q4_1, 3), (.q5_0, 6), (.q5_1, 7), (.q8_0, 8), (.q2_K, 10),
    (.q3_K, 11), (.q4_K, 12), (.q5_K, 13), (.q6_K, 14), (.iq4_NL, 20), (.bfloat16, 30),
  ]

  /// Names of the types of ggml that are not read here, for errors.
  private static let otherNames: [UInt32: String] = [
    9: "Q8_1", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S", 21: "IQ3_S", 22: "IQ2_S",
    23: "IQ4_XS", 24: "I8", 25: "I16", 26: "I32", 27: "I64", 28: "F64", 29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0",
    39: "MXFP4",
  ]

  /// The type with this number in ggml, nil where it is none of ours.
  public init?(ggml number: UInt32) {
    guard let found = Self.ggmlNumbers.first(where: { $0.1 == number }) else { return nil }
    self = found.0
  }

  /// The number of this type in ggml.
  public var ggmlNumber: UInt32 { Self.ggmlNumbers.first { $0.0 == self }?.1 ?? 0 }

  /// What ggml calls the type with this number.
  static func ggmlName(_ number: UInt32) -> String { otherNames[number] ?? "number \(number)" }
}
