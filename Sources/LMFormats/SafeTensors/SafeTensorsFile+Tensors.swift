import LMRuntime
import LMTensor

extension SafeTensorsFile {
  /// A tensor of floats, mapped where it can be; nil for integers and truth values.
  /// - Throws: ``LMError`` for complex numbers and for floats of less than 8 bits.
  func tensor(_ entry: SafeTensorsEntry) throws(LMError) -> Tensor? {
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[entry.byteRange])
    switch entry.type {
    case .float32: return stored(entry, .float32, bytes)
    case .bfloat16: return stored(entry, .bfloat16, bytes)
    case .float16: return stored(entry, .float16, bytes)
    case .float64:
      let tensor = Tensor(entry.shape)
      guard let target = tensor.floats.baseAddress else { return tensor }
      parallel(tensor.elementCount, grain: elementGrain) { range in
        for index in range {
          let bits = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
          target[index] = Float(Double(bitPattern: bits))
        }
      }
      return tensor
    case .float8E5M2, .float8E4M3, .float8E4M3FNUZ, .float8E5M2FNUZ, .float8E8M0:
      return decoded(entry, bytes)
    case .float4, .float6E2M3, .float6E3M2, .complex64:
      throw LMError(
        at: file.path, "tensor \(JSON.quoted(entry.name)) is \(entry.type.rawValue), which cannot be read",
        remedy: "convert it to F32, BF16 or F16")
    case .bool, .uint8, .int8, .int16, .uint16, .int32, .uint32, .int64, .uint64: return nil
    }
  }

  /// The tensor where it lies, or a copy where its address is not a multiple of its element's size.
  private func stored(_ entry: SafeTensorsEntry, _ dtype: DType, _ bytes: UnsafeRawBufferPointer) -> Tensor {
    guard let base = bytes.baseAddress, !bytes.isEmpty else { return Tensor(entry.shape, dtype: dtype) }
    if Int(bitPattern: base) % dtype.byteCount == 0 {
      return Tensor(entry.shape, dtype: dtype, storage: Storage(borrowing: bytes, owner: file))
    }
    let copy = Tensor(entry.shape, dtype: dtype)
    copy.pointer.copyMemory(from: base, byteCount: bytes.count)
    return copy
  }

  /// Floats of 8 bits in the smallest type that holds all of them: float16, powers of two bfloat16.
  private func decoded(_ entry: SafeTensorsEntry, _ bytes: UnsafeRawBufferPointer) -> Tensor {
    let tensor = Tensor(entry.shape, dtype: entry.type == .float8E8M0 ? .bfloat16 : .float16)
    let target = tensor.pointer.assumingMemoryBound(to: UInt16.self)
    let table = (0...UInt8.max).map { entry.type.widened($0) }
    parallel(tensor.elementCount, grain: elementGrain) { range in
      for index in range { target[index] = table[Int(bytes[index])] }
    }
    return tensor
  }

  /// The numbers of a tensor of integers or truth values, in row-major order.
  /// - Throws: ``LMError`` where the tensor holds other numbers, or one beyond 63 bits.
  /// - Complexity: O(elements).
  public func integers(of entry: SafeTensorsEntry) throws(LMError) -> [Int] {
    try withBytes(of: entry) { bytes throws(LMError) in
      switch entry.type {
      case .bool, .uint8: bytes.map { Int($0) }
      case .int8: try integers(bytes, entry, as: Int8.self)
      case .int16: try integers(bytes, entry, as: Int16.self)
      case .uint16: try integers(bytes, entry, as: UInt16.self)
      case .int32: try integers(bytes, entry, as: Int32.self)
      case .uint32: try integers(bytes, entry, as: UInt32.self)
      case .int64: try integers(bytes, entry, as: Int64.self)
      case .uint64: try integers(bytes, entry, as: UInt64.self)
      default: throw notWhole(entry, "is \(entry.type.rawValue)")
      }
    }
  }

  private func integers<Number: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ entry: SafeTensorsEntry, as type: Number.Type
  ) throws(LMError) -> [Int] {
    let size = MemoryLayout<Number>.size
    var numbers: [Int] = []
    numbers.reserveCapacity(bytes.count / size)
    for offset in stride(from: 0, to: bytes.count, by: size) {
      let number = Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
      guard let whole = Int(exactly: number) else { throw notWhole(entry, "holds \(number)") }
      numbers.append(whole)
    }
    return numbers
  }

  private func notWhole(_ entry: SafeTensorsEntry, _ problem: String) -> LMError {
    LMError(
      at: file.path, "tensor \(JSON.quoted(entry.name)) \(problem), expected integers of 64 bits",
      remedy: "use the files that belong to this model")
  }
}
