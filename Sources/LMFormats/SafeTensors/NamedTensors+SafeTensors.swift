import LMRuntime
import LMTensor

extension NamedTensors {
  /// The float tensors of a model folder or of one file, mapped and not copied where the type is one of ``DType`` and
  /// the bytes are aligned; others are converted, without loss but for float64, which becomes float32. Integers are
  /// passed over: ``SafeTensorsFile/integers(of:)`` reads them.
  /// - Throws: ``LMError`` that names a tensor of a type that cannot be read.
  public static func load(_ files: [SafeTensorsFile]) throws(LMError) -> NamedTensors {
    var result = NamedTensors()
    for file in files {
      for entry in file.entries {
        if let tensor = try file.tensor(entry) { result[entry.name] = tensor }
      }
    }
    return result
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
