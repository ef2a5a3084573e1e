/// Bytes of a safetensors file with this header and `data` zero bytes.
func safeTensors(_ header: String, data: Int = 0, length: UInt64? = nil) -> [UInt8] {
  let length = length ?? UInt64(header.utf8.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + Array(header.utf8)
    + [UInt8](repeating: 0, count: data)
}

/// A header's member for a tensor.
func described(_ name: String, _ type: String, _ shape: String, _ begin: String, _ end: String) -> String {
  "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}"
}
