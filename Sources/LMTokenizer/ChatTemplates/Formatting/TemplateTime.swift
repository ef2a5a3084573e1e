import Glibc
import LMRuntime

extension TemplateEvaluator {
  /// The longest result of `strftime_now`, in bytes.
  private static let timeLimit = 4_096

  /// `strftime_now(format)`: the local time, as C's strftime writes it in the C locale.
  func formattedTime(_ format: MarkedText) throws(LMError) -> MarkedText {
    var seconds = time_t(now)
    var fields = tm()
    guard localtime_r(&seconds, &fields) != nil, format.count < Self.timeLimit,
      format.firstIndex(of: MarkedText(symbols: [0]), in: 0..<format.count) == nil
    else { throw failure("'strftime_now' cannot write the time in this format") }
    // A space in front tells an empty result from one that is too long.
    let text = " " + withoutZone(format).string
    var buffer = Array(repeating: CChar(0), count: Self.timeLimit)
    let length = strftime(&buffer, buffer.count, text, &fields)
    guard length > 0 else { throw failure("'strftime_now' has a result that is too long") }
    let bytes = buffer[1..<length].map { UInt8(bitPattern: $0) }
    let isData = format.symbols.contains { $0 & MarkedText.dataMark != 0 }
    return MarkedText(String(decoding: bytes, as: UTF8.self), isData: isData)
  }

  /// The format without the zone, which Python's local time has none of, and with microseconds of zero.
  private func withoutZone(_ format: MarkedText) -> MarkedText {
    var result = MarkedText()
    var index = 0
    while index < format.count {
      let isDirective = format[index] == "%" && index + 1 < format.count
      let end = isDirective ? index + 2 : index + 1
      switch isDirective ? format[index + 1] : " " {
      case "z", "Z": break
      case "f": result.append("000000")
      default: result.append(contentsOf: format.symbols[index..<end])
      }
      index = end
    }
    return result
  }
}
