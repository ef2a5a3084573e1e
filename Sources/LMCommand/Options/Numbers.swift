import Glibc

/// `value` with `digits` digits behind the point.
func fixed(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
  let scale = pow(10, Double(digits))
  let rounded = (value * scale).rounded() / scale
  let text = "\(rounded)"
  guard digits > 0, !text.contains("e"), let point = text.firstIndex(of: ".") else {
    return digits == 0 ? "\(Int(rounded))" : text
  }
  let have = text.distance(from: point, to: text.endIndex) - 1
  return text + String(repeating: "0", count: max(0, digits - have))
}

/// An integer with thin groups of thousands: 10,745,088.
func grouped(_ value: Int) -> String {
  let digits = Array(String(value.magnitude))
  let groups = digits.enumerated().map { index, digit in
    index > 0 && (digits.count - index) % 3 == 0 ? ",\(digit)" : "\(digit)"
  }
  return (value < 0 ? "-" : "") + groups.joined()
}

/// Highest resident memory of this process so far.
func peakMemoryInMiB() -> Int {
  var usage = rusage()
  getrusage(Int32(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss / 1024
}
