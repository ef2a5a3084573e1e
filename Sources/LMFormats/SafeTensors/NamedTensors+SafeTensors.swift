import LMRuntime
import LMTensor

extension NamedTensors {
  /// The float tensors of a model folder or of one file, mapped and not copied; float16 and float64 become
  /// float32, integers are passed over.
  /// - Throws: ``LMError`` where a file is missing or broken.
  public static func load(_ files: [SafeTensorsFile]) throws(LMError) -> NamedTensors {
    var result = NamedTensors()
    for file in files {
      for entry in file.entries {
        if let tensor = tensor(entry, in: file) { result[entry.name] = tensor }
      }
    }
    return result
  }

  private static func tensor(_ entry: SafeTensorsEntry, in file: SafeTensorsFile) -> Tensor? {
    let bytes = UnsafeRawBufferPointer(rebasing: file.file.bytes[entry.byteRange])
    let count = entry.shape.reduce(1, *)
    if count == 0 { return Tensor(entry.shape) }
    switch entry.type {
    case .float32 where Int(bitPattern: bytes.baseAddress) % 4 == 0:
      return Tensor(entry.shape, dtype: .float32, storage: Storage(borrowing: bytes, owner: file.file))
    case .bfloat16 where Int(bitPattern: bytes.baseAddress) % 2 == 0:
      return Tensor(entry.shape, dtype: .bfloat16, storage: Storage(borrowing: bytes, owner: file.file))
    case .float32, .bfloat16:
      let copy = Tensor(entry.shape, dtype: entry.type == .float32 ? .float32 : .bfloat16)
      if let base = bytes.baseAddress { copy.pointer.copyMemory(from: base, byteCount: bytes.count) }
      return copy
    case .float16:
      return converted(entry.shape) {
        Float(
          Float16(
            bitPattern: UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self))))
      }
    case .float64:
      return converted(entry.shape) {
        Float(
          Double(
            bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self))))
      }
    default:
      return nil
    }
  }

  /// A float32 tensor of the values of `element`.
  private static func converted(_ shape: [Int], _ element: (Int) -> Float) -> Tensor {
    let tensor = Tensor(shape)
    for index in 0..<tensor.elementCount { tensor.floats[index] = element(index) }
    return tensor
  }

  /// Writes all tensors as one safetensors file through `writer`, a copy of no more than one tensor at a time.
  public func write(to writer: FileWriter) throws(LMError) {
    try layout().write(to: writer) { entry, writer throws(LMError) in
      guard let tensor = self[entry.name] else { return }
      try writer.write(UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.byteCount))
    }
  }

  /// Bytes of the file that ``write(to:)`` writes.
  public func fileSize() throws(LMError) -> Int { try layout().byteCount }

  private func layout() throws(LMError) -> SafeTensorsWriter {
    var tensors: [SafeTensorsWriter.Tensor] = []
    for name in names {
      guard let tensor = self[name] else { continue }
      guard let type = SafeTensorsType(tensor.dtype) else {
        throw LMError(
          at: "tensor \(JSON.quoted(name))", "is \(tensor.dtype.rawValue), which safetensors cannot hold",
          remedy: "convert it to F32, BF16 or F16, or write GGUF")
      }
      tensors.append(SafeTensorsWriter.Tensor(name, type, tensor.shape))
    }
    return try SafeTensorsWriter(
      tensors, metadata: metadata.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  }
}

extension SafeTensorsType {
  /// The type that holds a tensor of `dtype` as it is; nil for blocks.
  init?(_ dtype: DType) {
    switch dtype {
    case .float32: self = .float32
    case .bfloat16: self = .bfloat16
    case .float16: self = .float16
    default: return nil
    }
  }
}
