"""What PyTorch users may look for and is not here on purpose, with what to do instead.

It is looked up by :mod:`autograd.foreign`, which has the words that are looked for there.
"""

from __future__ import annotations

__all__ = ["IN_INIT", "IN_MODULES", "IN_NN"]

IN_NN = {
    r".*Dropout.*": "nothing is random in a pass; against overfitting fit has l2 and patience",
    r"(Batch|Layer|Group|Instance|RMS).*Norm.*": "standardise the inputs: nn.data.Standardizer",
    r"(Lazy)?Conv.*|.*Pool.*|Upsample.*|Pad.*": "write the sums with autograd.dot in a module of "
    "your own, or go to PyTorch with model.to_torch()",
    r"RNN.*|LSTM.*|GRU.*|Transformer.*|MultiheadAttention|Embedding.*": "write it in a module of "
    "your own with autograd.dot and autograd.softmax, or use PyTorch",
    r"Module(List|Dict)|Parameter(List|Dict)": "a plain list or dict will do, as an attribute",
    r"Parameter": "a parameter is an autograd.Value that a module has as an attribute",
    r"Flatten|Unflatten": "an example is one flat row already",
    r"functional": "there are nn.mse_loss and its kin, and autograd.relu and its kin",
    r"lr_scheduler|.*LR(OnPlateau)?": "give nn.fit a schedule, see nn.schedules",
    r"utils|clip_grad_(value|.*_)": "there is nn.clip_grad_norm, and fit(clip_norm=1.0)",
    r"relu|leaky_relu|elu|gelu|silu|sigmoid|tanh|softplus|(log_)?softmax": "functions of numbers "
    r"are in autograd: autograd.\g<0>",
    r"[SC]ELU|PReLU|RReLU|Mish|Hard.*|Softsign|Swish|ReLU6|GLU|Threshold": "any function of a "
    "number is an activation: nn.MLP(2, [4, 1], activation=f)",
    r"Dense": "write nn.Linear(inputs, outputs)",
    r"Ada(grad|delta|max)|[NR]Adam|ASGD|R(MS)?prop|LBFGS|Lion|Muon": "there are SGD, Adam and "
    "AdamW, and a rule of your own is a few lines derived from nn.Optimizer",
    r"(?i:(KLDiv|Huber|Smooth_?L1|Triplet|Cosine|CTC|Margin|Poisson|Gaussian|Soft|Multi).*Loss)|"
    r"kl_div": "any function of outputs and target that returns a number is a loss",
    r"DataParallel|parallel": "use PyTorch, with model.to_torch()",
    r"DataLoader|Dataset|TensorDataset": "nn.data.batches makes batches, and nn.fit its own",
    r"no_grad|tensor|manual_seed_all": "see autograd.no_grad, autograd.Value, nn.manual_seed",
}
IN_MODULES = {
    r"train|eval|training": "no part behaves differently in training: leave it out",
    r"to|cuda|cpu|half|float|double|type": "a Value is a double on the processor: leave it out",
    r"requires_grad_?": "give the optimiser the parameters that are to learn",
    r"register_.*|add_module": "set an attribute: parameters and modules are found there",
    r"(named_)?(children|modules)|apply": "the parts are attributes, such as model.layers",
    r"weight|bias": "they are Values, layer.neurons[j].weights[i] and layer.neurons[j].bias",
    r"in_features|out_features": "they are called nin and nout",
    r"param_groups|add_param_group": "make an optimiser for each group, and step them all",
    r"fit|compile|evaluate": "write nn.fit(model, X, y, loss=nn.mse_loss), and nn.score",
    r"add|append": "give all parts at once: nn.Sequential(nn.Linear(2, 4), nn.Tanh())",
    r"defaults|state": "see options(), and state_dict()",
}
IN_INIT = {
    r".+_": "weights are drawn when a layer is made: nn.Linear(2, 3, init='xavier'), by a name or "
    "a function of your own; kaiming is called he",
}
