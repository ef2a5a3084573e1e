extension SafeTensorsType {
  /// The bits of a float of 8 bits as float16, those of ``float8E8M0`` as bfloat16; every value is exact.
  ///
  /// E5M2 and E4M3 as in "FP8 Formats for Deep Learning" (arXiv 2209.05433): E4M3 has no infinity, and NaN where all
  /// bits are set. The FNUZ variants have one zero and one NaN (0x80), and an exponent bias greater by one. E8M0
  /// (OCP Microscaling, arXiv 2310.10537) is an exponent alone.
  func widened(_ byte: UInt8) -> UInt16 {
    if self == .float8E8M0 {
      // 2^-127 is subnormal in bfloat16; 255 is NaN.
      return byte == 0 ? 0x0040 : byte == 255 ? 0x7FC0 : UInt16(byte) << 7
    }
    let (mantissaBits, bias): (Int, Int) =
      switch self {
      case .float8E5M2: (2, 15)
      case .float8E5M2FNUZ: (2, 16)
      case .float8E4M3: (3, 7)
      default: (3, 8)
      }
    let sign = byte >> 7
    let exponent = Int(byte & 0x7F) >> mantissaBits
    let mantissa = Int(byte) & ((1 << mantissaBits) - 1)
    switch self {
    case .float8E5M2: return UInt16(byte) << 8
    case .float8E4M3 where byte & 0x7F == 0x7F: return UInt16(sign) << 15 | 0x7E00
    case .float8E4M3FNUZ where byte == 0x80, .float8E5M2FNUZ where byte == 0x80: return 0x7E00
    default: break
    }
    // mantissa · 2^(1 - bias - mantissaBits), with the implicit bit and its power where the exponent is not 0.
    let digits = exponent == 0 ? mantissa : mantissa | 1 << mantissaBits
    let power = max(exponent, 1) - bias - mantissaBits
    let value = Float(sign: sign == 1 ? .minus : .plus, exponent: power, significand: Float(digits))
    return Float16(value).bitPattern
  }
}
