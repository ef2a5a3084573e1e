import Glibc
import LMFormats
import LMRuntime
import Testing

/// Memory that a hostile header makes the reader take, each in a process of its own.
@Suite struct SafeTensorsMemoryTests {
  @Test(arguments: ["tensors", "ignored", "metadata", "dimensions"])
  func `reading a header takes less than four times its size`(kind: String) async {
    await #expect(processExitsWith: .success) { [kind = kind as String] in
      let bytes = hostile(kind)
      resetPeak()
      let before = peakBytes()
      #expect(before > bytes.count)
      _ = try? bytes.withUnsafeBytes { raw in try SafeTensorsHeader(raw, from: "m") }
      let share = Double(peakBytes() - before) / Double(bytes.count)
      print("header of \(bytes.count >> 20) MiB \(kind): \(share) × its size")
      #expect(share < 4, "\(share) times the header")
    }
  }
}

/// A file whose header of about 24 MB holds one kind of thing, built without garbage.
private func hostile(_ kind: String) -> [UInt8] {
  let size = 24_000_000
  var bytes: [UInt8] = []
  bytes.reserveCapacity(size + 100)
  let (start, end) =
    switch kind {
    case "ignored": ("{\"a\":{\"x\":[[]", "]}}")
    case "metadata": ("{\"__metadata__\":{\"\":\"\"", "}}")
    case "dimensions": ("{\"a\":{\"shape\":[1", "]}}")
    default: ("{" + described("", "U8", "0", "0", "0"), "}")
    }
  bytes += safeTensors(start, length: 0)
  var number = 0
  while bytes.count < size {
    switch kind {
    case "ignored": bytes += ",[]".utf8
    case "metadata": bytes += ",\"\(number)\":\"\"".utf8
    case "dimensions": bytes += ",1".utf8
    default: bytes += ",\(described("\(number)", "U8", "0", "0", "0"))".utf8
    }
    number += 1
  }
  bytes += end.utf8
  for position in 0..<8 { bytes[position] = UInt8(truncatingIfNeeded: (bytes.count - 8) >> (8 * position)) }
  return bytes
}

/// Starts the count of the peak anew, which is then what is in use.
private func resetPeak() {
  try? AtomicFile.write("/proc/self/clear_refs") { writer throws(LMError) in try writer.write("5") }
}

/// Most memory in use since ``resetPeak()``, `VmHWM` of `/proc/self/status`, in bytes.
private func peakBytes() -> Int {
  guard let status = fopen("/proc/self/status", "r") else { return 0 }
  defer { fclose(status) }
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, 256, status) != nil {
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if text.hasPrefix("VmHWM:") { return (Int(text.filter(\.isNumber)) ?? 0) << 10 }
  }
  return 0
}
