extension JSONReader {
  /// Longest number that is read, in bytes.
  private static let numberLimit = 1_000

  /// Reads a whole number that fits 64 bits.
  /// - Throws: ``LMError`` where another value stands there.
  public mutating func readInteger() throws(LMError) -> Int {
    skipSpace()
    let start = offset
    guard case .integer(let value) = try readNumber() else {
      throw failure(at: start, "the number is no 64-bit integer", remedy: "write a whole number there")
    }
    return value
  }

  /// Reads a number: `.integer` where it has neither fraction nor exponent and fits 64 bits, else `.number`.
  /// - Throws: ``LMError`` where no number stands there, or its magnitude is beyond a double's.
  public mutating func readNumber() throws(LMError) -> JSON {
    skipSpace()
    let start = offset
    let isNegative = next == UInt8(ascii: "-")
    if isNegative { offset += 1 }
    var digits = Digits()
    let whole = offset
    guard readDigits(&digits) > 0 else { throw unexpected("a value") }
    if bytes[whole] == UInt8(ascii: "0"), offset > whole + 1 {
      throw failure(at: whole, "a number starts with 0", remedy: "remove the leading zeros")
    }
    var exponent = 0
    var isWhole = true
    if next == UInt8(ascii: ".") {
      offset += 1
      isWhole = false
      let count = readDigits(&digits)
      guard count > 0 else { throw unexpected("a digit after the decimal point") }
      exponent -= count
    }
    if next | 0x20 == UInt8(ascii: "e") {
      isWhole = false
      exponent += try readExponent()
    }
    guard offset - start <= Self.numberLimit else {
      throw failure(
        at: start, "a number is longer than \(Self.numberLimit) bytes", remedy: "write fewer digits")
    }
    if isWhole, !digits.overflowed, let value = digits.integer(isNegative) { return .integer(value) }
    if let value = digits.double(isNegative, exponent) { return .number(value) }
    return .number(try roundedDouble(from: start))
  }

  /// The digits of a number as one integer, while they fit.
  private struct Digits {
    var value: UInt64 = 0
    var overflowed = false

    func integer(_ isNegative: Bool) -> Int? {
      guard isNegative else { return Int(exactly: value) }
      return value == 1 << 63 ? Int.min : Int(exactly: value).map { -$0 }
    }

    /// Clinger's fast path: both factors are exact doubles, so one rounding gives the nearest double.
    func double(_ isNegative: Bool, _ exponent: Int) -> Double? {
      guard !overflowed, value <= 1 << 53, (-22...22).contains(exponent) else { return nil }
      let magnitude = Double(value)
      let result =
        exponent < 0
        ? magnitude / JSONReader.powersOfTen[-exponent] : magnitude * JSONReader.powersOfTen[exponent]
      return isNegative ? -result : result
    }
  }

  /// 10^0 … 10^22, all of them exact doubles.
  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
  ]

  /// Reads digits into `digits` and returns how many.
  @inline(__always) private mutating func readDigits(_ digits: inout Digits) -> Int {
    let start = offset
    while true {
      let digit = next &- UInt8(ascii: "0")
      guard digit < 10 else { return offset - start }
      let (tens, overflow) = digits.value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(UInt64(digit))
      digits.overflowed = digits.overflowed || overflow || carry
      digits.value = sum
      offset += 1
    }
  }

  private mutating func readExponent() throws(LMError) -> Int {
    offset += 1
    let isNegative = next == UInt8(ascii: "-")
    if isNegative || next == UInt8(ascii: "+") { offset += 1 }
    var digits = Digits()
    guard readDigits(&digits) > 0 else { throw unexpected("a digit of the exponent") }
    let magnitude = digits.overflowed ? 1_000_000 : Int(min(digits.value, 1_000_000))
    return isNegative ? -magnitude : magnitude
  }

  private func roundedDouble(from start: Int) throws(LMError) -> Double {
    let literal = String(decoding: bytes[start..<offset], as: UTF8.self)
    guard let value = Double(literal), value.isFinite else {
      throw failure(
        at: start, "the number \(literal) is beyond the range of a double",
        remedy: "write a number below 1.8e308")
    }
    return value
  }
}
