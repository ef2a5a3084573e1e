import LMFormats
import LMRuntime
import LMTensor
import LMTokenizer
import LMTraining
import LMTransformer

/// A model written in another form: a folder as GGUF, a GGUF file or a `.bin` of llama2.c as a folder.
///
///     let conversion = try ModelConversion(from: "my-model", to: "my-model.gguf")
///     try conversion.run { done, total in show(done, total) }
///
/// Tensors are converted one at a time, so that memory does not grow with the model. What is written is there as a
/// whole or not at all.
public struct ModelConversion {
  /// Tensors that are written.
  public var tensorCount: Int { targets.count }
  /// The type of matrices.
  public let dtype: DType
  /// Whether a tokenizer is written along.
  public var hasTokenizer: Bool { source.tokenizer != nil }

  private let source: ConversionSource
  private let output: String
  /// Writes the GGUF file; nil where a folder is written.
  private let writer: GGUFWriter?
  /// The weights as the output names them, with their shapes.
  private let targets: [Target]

  private struct Target {
    let source: WeightName
    let name: WeightName
    let shape: [Int]
    let type: DType
  }

  /// Opens and checks the model at `path`.
  /// - Parameters:
  ///   - output: A path that ends in `.gguf`, else a folder that is not there yet or empty.
  ///   - dtype: float32, float16 or bfloat16 for matrices; nil keeps what they are, and makes blocks float32.
  ///   - tokenizer: A tokenizer to take instead of the model's.
  ///   - hasTokenizer: false leaves the tokenizer out.
  /// - Throws: ``LMError`` where the model is broken, or has no form in GGUF.
  public init(
    from path: String, to output: String, dtype: DType? = nil, tokenizer: String? = nil,
    hasTokenizer: Bool = true
  ) throws(LMError) {
    let source = try ConversionSource(path, tokenizer: tokenizer, hasTokenizer: hasTokenizer)
    self.source = source
    self.output = output
    let isGGUF = output.hasSuffix(".gguf")
    let type = dtype ?? Self.type(of: source)
    self.dtype = type
    let c = source.config.configuration
    let names =
      isGGUF ? try source.config.ggufWeights(at: path) : source.config.family.weights(c)
    let shapes = source.shapes
    let targets = zip(source.weights, names).compactMap { own, name -> Target? in
      guard let shape = shapes[name.parameter].map({ name.fileShape($0) }) ?? name.zeros else {
        return nil
      }
      return Target(
        source: own, name: name, shape: shape, type: isGGUF && name.isKeptSingle ? .float32 : type)
    }
    self.targets = targets
    writer = isGGUF ? try Self.writer(source, targets, path, type) : nil
    if !isGGUF { try Self.checkFree(output) }
  }

  /// Converts and writes.
  /// - Parameter onProgress: is told how many tensors are written.
  /// - Throws: ``LMError`` where a tensor has values that the type cannot hold, or the disk refuses.
  public func run(onProgress: (_ done: Int) -> Void = { _ in }) throws(LMError) {
    if let writer { try writeGGUF(writer, onProgress) } else { try writeFolder(onProgress) }
  }
}

extension ModelConversion {
  private static let rotaryFactorsName = "rope_freqs.weight"

  private func writeGGUF(_ writer: GGUFWriter, _ onProgress: (Int) -> Void) throws(LMError) {
    let factors = source.config.rotaryFactors
    try AtomicFile.write(output) { file throws(LMError) in
      var index = 0
      try writer.write(to: file) { entry, file throws(LMError) in
        if let factors, entry.name == Self.rotaryFactorsName {
          return try Self.write(Tensor(factors, shape: [factors.count]), to: file)
        }
        try Self.write(try tensor(index), to: file)
        index += 1
        onProgress(index)
      }
    }
  }

  /// Into a sibling that is renamed in the end.
  private func writeFolder(_ onProgress: (Int) -> Void) throws(LMError) {
    let temporary = "\(output).\(UInt64.random(in: 0 ... .max)).tmp"
    do {
      try FileSystem.createDirectory(temporary)
      try source.tokenizer?.save(to: temporary)
      try configuration.write(to: "\(temporary)/config.json")
      try source.config.generationJSON.write(to: "\(temporary)/generation_config.json")
      try writeSafeTensors(to: "\(temporary)/\(SafeTensorsFolder.singleName)", onProgress)
      if FileSystem.kind(of: output) != nil { try FileSystem.removeTree(output) }
      try FileSystem.rename(temporary, to: output)
    } catch {
      try? FileSystem.removeTree(temporary)
      throw error
    }
    try FileSystem.flushDirectory(FileSystem.parent(of: output))
  }

  private func writeSafeTensors(to path: String, _ onProgress: (Int) -> Void) throws(LMError) {
    let positions = Dictionary(uniqueKeysWithValues: targets.enumerated().map { ($1.name.name, $0) })
    let writer = try SafeTensorsWriter(
      targets.map { SafeTensorsWriter.Tensor($0.name.name, Self.safeTensorsType($0.type), $0.shape) })
    var done = 0
    try writer.write(to: path) { entry, file throws(LMError) in
      guard let index = positions[entry.name] else { return }
      try Self.write(try tensor(index), to: file)
      done += 1
      onProgress(done)
    }
  }

  /// A tensor as it is written.
  private func tensor(_ index: Int) throws(LMError) -> Tensor {
    let target = targets[index]
    guard let found = target.source.tensor(in: source.tensors) else {
      return Tensor.zeros(target.shape, dtype: target.type)
    }
    let tensor = target.source.tensor(found, as: target.name).converted(to: target.type)
    guard tensor.isFinite else {
      let remedy = target.type == .float16 ? "use --dtype bf16 or f32" : "use a copy that is not damaged"
      throw LMError(
        at: "tensor \(JSON.quoted(target.name.name))",
        "has NaN, or numbers beyond the range of \(target.type.rawValue)", remedy: remedy)
    }
    return tensor
  }

  private static func write(_ tensor: Tensor, to file: FileWriter) throws(LMError) {
    try file.write(UnsafeRawBufferPointer(start: tensor.pointer, count: tensor.byteCount))
  }
}

extension ModelConversion {
  /// `config.json`, with the type of the weights.
  private var configuration: JSON {
    guard case .object(var object) = source.config.json else { return source.config.json }
    object["dtype"] = .string([.float16: "float16", .bfloat16: "bfloat16"][dtype] ?? "float32")
    return .object(object)
  }

  /// Plans a GGUF file, and makes sure that it says all that the configuration says.
  private static func writer(
    _ source: ConversionSource, _ targets: [Target], _ path: String, _ type: DType
  ) throws(LMError) -> GGUFWriter {
    var tensors = targets.map { GGUFWriter.Tensor($0.name.name, type: $0.type.ggmlNumber, shape: $0.shape) }
    let factors = source.config.rotaryFactors
    if let factors { tensors.insert(.init(rotaryFactorsName, type: 0, shape: [factors.count]), at: 0) }
    let writer = try GGUFWriter(try metadata(source, path, type), tensors)
    let head = try writer.head.withUnsafeBufferPointer { bytes throws(LMError) in
      try GGUFFile(UnsafeRawBufferPointer(bytes), size: writer.byteCount, from: path)
    }
    var read = try ModelConfigFile(head, rotaryFactors: factors).configuration
    // Families whose files always have biases write zeros where a model has none.
    if targets.contains(where: { $0.name.zeros != nil }) { read.biases = source.config.configuration.biases }
    if let choice = source.config.configuration.firstDifference(from: read) {
      throw LMError(
        at: path, "has a choice that GGUF files of this family do not have: \(choice)",
        remedy: "use the model as a folder")
    }
    return writer
  }

  private static func metadata(
    _ source: ConversionSource, _ path: String, _ type: DType
  ) throws(LMError) -> GGUFMetadata {
    var metadata = try source.config.ggufMetadata(at: path)
    let name = path.split(separator: "/").last.map(String.init) ?? path
    try metadata.set("general.name", name)
    try metadata.set("general.file_type", [.float16: 1, .bfloat16: 32][type] ?? 0)
    try metadata.set("general.quantization_version", 2)
    guard let tokenizer = source.tokenizer else {
      try metadata.set("tokenizer.ggml.model", "none")
      return metadata
    }
    try tokenizer.addGGUFVocabulary(
      to: &metadata, vocabularySize: source.config.configuration.vocabularySize, at: path)
    return metadata
  }

  /// The type that all matrices have, float32 where they differ or are blocks.
  private static func type(of source: ConversionSource) -> DType {
    let matrices = source.tensors.names.compactMap { source.tensors[$0] }.filter { $0.shape.count > 1 }
    guard let first = matrices.first?.dtype, !first.isQuantized,
      matrices.allSatisfy({ $0.dtype == first })
    else { return .float32 }
    return first
  }

  private static func safeTensorsType(_ type: DType) -> SafeTensorsType {
    [.float16: .float16, .bfloat16: .bfloat16][type] ?? .float32
  }

  private static func checkFree(_ output: String) throws(LMError) {
    guard let kind = FileSystem.kind(of: output) else { return }
    guard kind == .directory, try FileSystem.entries(of: output).isEmpty else {
      throw LMError(
        .usage, at: output, "is there already",
        remedy: "give another --out: a new folder, or a name that ends in .gguf")
    }
  }
}

extension WeightName {
  /// Vectors and tables of positions stay in single precision, as llama.cpp's converter has them.
  fileprivate var isKeptSingle: Bool {
    name.hasSuffix(".bias") || name.contains("norm") || name == "position_embd.weight"
      || name == "token_types.weight"
  }
}

extension TransformerConfiguration {
  /// The first choice in which another configuration differs, with both values; dropout, which only training has,
  /// does not count.
  fileprivate func firstDifference(from other: TransformerConfiguration) -> String? {
    guard case .object(let own) = json, case .object(let their) = other.json else { return nil }
    let names = own.members.map(\.key) + their.members.map(\.key)
    guard let name = names.first(where: { $0 != "dropout" && own[$0] != their[$0] }) else { return nil }
    return "\(name) \(own[name]?.text() ?? "none")"
  }
}
