import ArgumentParser
import LMRuntime
import LMTensor
import LanguageModels

/// `lm convert`: a model in another form.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model as GGUF, or as a folder.",
    discussion: """
      A folder becomes a GGUF file, for llama.cpp and others; a GGUF file, or a .bin file of llama2.c, becomes a \
      folder, for transformers and others. What --out ends in decides.
      """)

  @OptionGroup var common: CommonOptions
  @Option(help: "Folder of a model, GGUF file, or .bin file of llama2.c.") var model: String
  @Option(help: "FILE.gguf, or a new folder.") var out: String
  @Option(help: "Type of matrices: f32, f16 or bf16 (default: as they are; f32 for quantised ones).")
  var dtype: WeightType?
  @Option(help: "Another tokenizer: a folder or a file.") var tokenizer: String?
  @Flag(help: "Write no tokenizer.") var noTokenizer = false

  func run() throws {
    try common.apply()
    let conversion = try ModelConversion(
      from: model, to: out, dtype: dtype?.dtype, tokenizer: tokenizer, hasTokenizer: !noTokenizer)
    let progress = ProgressLine("convert", total: conversion.tensorCount, style: common.progressStyle)
    try conversion.run { progress.update(step: $0) }
    progress.finish()
    if common.json {
      var object = JSONObject()
      object["model"] = .string(out)
      object["tensors"] = .integer(conversion.tensorCount)
      object["dtype"] = .string(conversion.dtype.rawValue)
      object["tokenizer"] = .bool(conversion.hasTokenizer)
      print(JSON.object(object).text())
    }
    let tokenizer = conversion.hasTokenizer ? "" : ", without a tokenizer"
    common.say("\(conversion.tensorCount) tensors in \(conversion.dtype.rawValue)\(tokenizer): \(out)")
  }
}

/// `--dtype`.
enum WeightType: String, ExpressibleByArgument, CaseIterable {
  case f32, f16, bf16

  var dtype: DType {
    switch self {
    case .f32: .float32
    case .f16: .float16
    case .bf16: .bfloat16
    }
  }
}
