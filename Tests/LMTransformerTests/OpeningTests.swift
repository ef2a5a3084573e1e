import LMAutograd
import LMRuntime
import LMTensor
import LMTestSupport
import LMTransformer
import Testing

/// Models that read their weights where they lie.
@Suite struct OpeningTests {
  private static let wide = SampleModel("llama of whole blocks") {
    ($0.width, $0.heads, $0.keyValueHeads, $0.headWidth) = (256, 4, 2, 64)
    ($0.hiddenWidth, $0.tiesHead) = (512, false)
  }

  /// The tensors with every matrix in another type.
  private func tensors(_ model: Transformer, _ family: any ModelFamily.Type, as dtype: DType) -> NamedTensors
  {
    let named = model.namedTensors(family)
    var result = NamedTensors()
    for (index, name) in named.names.enumerated() {
      guard let tensor = named[name] else { continue }
      if dtype.isQuantized, tensor.shape.count == 2 {
        result[name] = sampleBlocks(tensor.shape, seed: UInt64(index), scale: 0.002, dtype: dtype)
      } else {
        result[name] = dtype.isQuantized ? tensor : tensor.converted(to: dtype)
      }
    }
    return result
  }

  /// Logits of eight rows, then of one behind them: products of matrices and of vectors.
  private func logits(_ model: Transformer, _ sample: SampleModel, _ precision: DType) -> [Float] {
    let ids = sample.ids(min(6, sample.configuration.contextLength))
    let cache = model.makeCache(precision == .float32 ? .float32 : .bfloat16)
    let prompt = model.logits(
      Array(ids.dropLast()), ForwardContext([cache], tokens: [ids.count - 1], precision: precision))
    let next = model.lastLogits(
      Array(ids.suffix(1)), ForwardContext([cache], tokens: [1], precision: precision))
    return prompt.toArray() + next.toArray()
  }

  @Test(arguments: FamilyCase.all) func `an opened model computes the bits of a loaded one`(
    _ given: FamilyCase
  ) throws {
    let configuration = given.sample.configuration
    guard configuration.isCausal else { return }
    try withFixedKernels {
      for dtype in [DType.float32, .float16, .bfloat16] {
        let tensors = tensors(given.sample.model(), given.family, as: dtype)
        let opened = try Transformer(opening: tensors, configuration, given.family, from: "test")
        let loaded = Transformer(configuration)
        try loaded.load(tensors, given.family, from: "test")
        for precision in [DType.float32, .bfloat16] {
          #expect(
            logits(opened, given.sample, precision) == logits(loaded, given.sample, precision),
            "\(dtype) \(precision)")
        }
        #expect(opened.parameters.allSatisfy { !$0.isTrainable && ($0.isStored || $0.shape.count == 1) })
        #expect(loaded.parameters.allSatisfy { !$0.isStored })
      }
    }
  }

  @Test(arguments: DType.quantized) func `so does one of blocks`(_ dtype: DType) throws {
    try withFixedKernels {
      let tensors = tensors(Self.wide.model(), LlamaFamily.self, as: dtype)
      let opened = try Transformer(opening: tensors, Self.wide.configuration, LlamaFamily.self, from: "test")
      let loaded = Transformer(Self.wide.configuration)
      try loaded.load(tensors, LlamaFamily.self, from: "test")
      for precision in [DType.float32, .bfloat16] {
        let expected = logits(loaded, Self.wide, precision)
        #expect(expected.allSatisfy { $0.isFinite })
        #expect(logits(opened, Self.wide, precision) == expected, "\(dtype) \(precision)")
      }
    }
  }

  @Test func `matrices stay where they are`() throws {
    let named = tensors(Self.wide.model(), LlamaFamily.self, as: .bfloat16)
    let model = try Transformer(opening: named, Self.wide.configuration, LlamaFamily.self, from: "test")
    let queries = try #require(named["model.layers.1.self_attn.q_proj.weight"])
    let parts = model.blocks[1].attentionInput.weight.parts
    #expect(parts.map(\.shape) == [[256, 256], [128, 256], [128, 256]])
    #expect(parts[0].pointer == queries.pointer && parts[0].dtype == .bfloat16)
    // What is written again are the same tensors.
    let again = model.namedTensors(LlamaFamily.self)
    #expect(Set(again.names) == Set(named.names))
    for name in again.names where again[name]?.shape.count == 2 {
      #expect(again[name]?.pointer == named[name]?.pointer, "\(name)")
    }
  }

  @Test(arguments: FamilyCase.all) func `what is written again holds the same numbers`(_ given: FamilyCase)
    throws
  {
    let named = tensors(given.sample.model(), given.family, as: .float32)
    let again = try Transformer(opening: named, given.sample.configuration, given.family, from: "test")
      .namedTensors(given.family)
    #expect(again.names == named.names)
    for name in named.names { #expect(again[name]?.toArray() == named[name]?.toArray(), "\(name)") }
  }

  @Test func `misfits are named at once, and so are tensors that are not finite`() throws {
    let sample = SampleModel.all[0]
    func refusal(_ change: (inout NamedTensors) -> Void) -> String {
      var tensors = sample.model().namedTensors(LlamaFamily.self)
      change(&tensors)
      do {
        _ = try Transformer(opening: tensors, sample.configuration, LlamaFamily.self, from: "folder")
        return "accepted"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      refusal {
        $0["model.layers.0.self_attn.k_proj.weight"] = nil
        $0["model.layers.1.mlp.down_proj.weight"] = Tensor.zeros([17, 12])
        $0["model.norm.bias"] = Tensor.zeros([12])
      }
        == "folder: model.layers.0.self_attn.k_proj.weight is missing, "
        + "model.layers.1.mlp.down_proj.weight is [17, 12], expected [12, 17], model.norm.bias is unknown; "
        + "use the weights that belong to this configuration")
    for value in [Float.nan, .infinity, -.infinity] {
      #expect(
        refusal {
          $0["model.layers.0.mlp.up_proj.weight"]?.floats[3] = value
          $0["model.norm.weight"]?.floats[11] = value
        }
          == "folder: NaN or infinite numbers in model.norm.weight, model.layers.0.mlp.up_proj.weight; "
          + "use a copy that is not damaged")
    }
  }

  @Test func `sizes that the tensors do not have take no memory`() throws {
    var configuration = SampleModel.all[0].configuration
    (configuration.width, configuration.layers, configuration.vocabularySize) = (1 << 17, 500, 1 << 24)
    (configuration.heads, configuration.keyValueHeads, configuration.hiddenWidth) = (64, 64, 1 << 20)
    let tensors = SampleModel.all[0].model().namedTensors(LlamaFamily.self)
    let before = TensorMemory.current.bytesInUse
    let error = #expect(throws: LMError.self) {
      try Transformer(opening: tensors, configuration, LlamaFamily.self, from: "folder")
    }
    #expect(TensorMemory.current.bytesInUse < before + 1 << 28)
    #expect(
      error?.problem.contains("model.embed_tokens.weight is [23, 12], expected [16777216, 131072]") == true)
  }
}
