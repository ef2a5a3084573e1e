import LMRuntime
import LMTensor

/// A GGUF file with the weights of a model, mapped into memory: opening it reads the head only, and no tensor is
/// copied.
public struct GGUFModelFile: Sendable {
  /// Metadata, and where the tensors are.
  public let head: GGUFFile
  /// The mapping that the tensors' bytes belong to.
  public let file: MappedFile

  /// Opens and checks the file at `path`.
  /// - Throws: ``LMError`` where it cannot be read or its head is broken.
  /// - Complexity: O(bytes of the head).
  public init(_ path: String) throws(LMError) {
    let file = try MappedFile(path)
    head = try file.withBytes { bytes throws(LMError) in try GGUFFile(bytes, from: path) }
    self.file = file
  }

  /// True where the file at `path` begins as GGUF files do.
  public static func isOne(_ path: String) -> Bool {
    guard FileSystem.kind(of: path) == .file, let file = try? MappedFile(path) else { return false }
    return file.withBytes { $0.starts(with: Array("GGUF".utf8)) }
  }

  /// Name of the tensor that says how rotary frequencies are stretched: no weight of the model.
  private static let rotaryFactorsName = "rope_freqs.weight"

  /// The divisors of the rotary frequencies, nil where the file has none.
  /// - Throws: ``LMError`` where they are of an unsupported type.
  public func rotaryFactors() throws(LMError) -> [Float]? {
    guard let tensor = head.tensors.first(where: { $0.name == Self.rotaryFactorsName }) else { return nil }
    return try self.tensor(tensor).toArray()
  }

  /// The weights under the names of the file, sizes in row-major order.
  /// - Throws: ``LMError`` that names the first tensor of a type which is not supported.
  /// - Complexity: O(tensors); what lies off the multiples of its elements' size is copied.
  public func weights() throws(LMError) -> NamedTensors {
    var result = NamedTensors()
    for tensor in head.tensors where tensor.name != Self.rotaryFactorsName {
      result[tensor.name] = try self.tensor(tensor)
    }
    return result
  }

  /// One tensor of this file.
  public func tensor(_ tensor: GGUFTensor) throws(LMError) -> Tensor {
    guard let type = DType(ggml: tensor.type), let size = tensor.byteCount else {
      throw LMError(
        at: "\(head.place), tensor \(JSON.quoted(tensor.name))",
        "has the type \(DType.ggmlName(tensor.type)), which is not supported",
        remedy: "convert the file with llama-quantize to F16 or Q8_0, or to another type of README.md")
    }
    let shape: [Int] = tensor.dimensions.reversed()
    guard size > 0 else { return Tensor(shape, dtype: type) }
    let start = head.dataOffset + tensor.offset
    let bytes = UnsafeRawBufferPointer(rebasing: file.bytes[start..<start + size])
    if Int(bitPattern: bytes.baseAddress) % 4 == 0 {
      return Tensor(shape, dtype: type, storage: Storage(borrowing: bytes, owner: file))
    }
    let copy = Tensor(shape, dtype: type)
    if let base = bytes.baseAddress { copy.pointer.copyMemory(from: base, byteCount: size) }
    return copy
  }
}
